/** The settings of logs, metrics and traces. */
import { boolean, custom, integer, keyValues, oneOf, setting, text, url } from './values.js';

const httpUrl = (example: string) => url(/^https?$/, example);

export const telemetrySettings = {
  logLevel: setting(
    'LOG_LEVEL',
    oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
    { default: 'info', description: 'The least severe level that is logged.' },
  ),
  isAudited: setting('AUDIT_LOG', boolean, {
    default: 'true',
    description: 'Whether mutations are written to the log, whatever its level.',
  }),
  metricsPort: setting('METRICS_PORT', integer(0, 65_535), {
    defaultDescription: 'off',
    description:
      'Serves `GET /metrics` for Prometheus on this port, which clients should not reach.',
  }),
  metricsHost: setting('METRICS_HOST', text, {
    defaultDescription: '`HOST`',
    description: 'Address of the metrics server.',
  }),
  isTracingDisabled: setting('OTEL_SDK_DISABLED', boolean, {
    default: 'false',
    description: 'Turns traces off, whatever else is set.',
  }),
  otlpEndpoint: setting('OTEL_EXPORTER_OTLP_ENDPOINT', httpUrl('http://collector:4318'), {
    defaultDescription: 'off',
    description: 'Base URL that traces are sent to, as OTLP over HTTP.',
  }),
  otlpTracesEndpoint: setting(
    'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    httpUrl('http://collector:4318/v1/traces'),
    { defaultDescription: 'off', description: 'The same as the whole URL.' },
  ),
  otlpHeaders: setting('OTEL_EXPORTER_OTLP_HEADERS', keyValues, {
    default: '',
    isSecret: true,
    description: 'Headers sent with traces: `key=value`, separated by commas.',
  }),
  otlpTracesHeaders: setting('OTEL_EXPORTER_OTLP_TRACES_HEADERS', keyValues, {
    default: '',
    isSecret: true,
    description: 'The same, for traces only.',
  }),
  serviceName: setting('OTEL_SERVICE_NAME', text, {
    defaultDescription: '`kinde-graphql`',
    description: '`service.name` of the traces.',
  }),
  resourceAttributes: setting('OTEL_RESOURCE_ATTRIBUTES', keyValues, {
    default: '',
    description: 'More attributes of the traces: `key=value`, separated by commas.',
  }),
  sampler: setting(
    'OTEL_TRACES_SAMPLER',
    oneOf(
      'always_on',
      'always_off',
      'traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
    ),
    {
      default: 'parentbased_always_on',
      description: 'Which traces are recorded, as OpenTelemetry defines it.',
    },
  ),
  samplerRatio: setting(
    'OTEL_TRACES_SAMPLER_ARG',
    custom(
      (value) => (/^(0(\.\d+)?|1(\.0+)?)$/.test(value) ? Number(value) : undefined),
      'must be a number from 0 to 1',
      '0 to 1',
    ),
    { default: '1', description: 'The share of traces that a ratio sampler records.' },
  ),
};
