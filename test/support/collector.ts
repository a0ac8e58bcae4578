/** An OpenTelemetry collector that keeps what it is sent: OTLP over HTTP, as JSON. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface CollectedSpan {
  traceId: string;
  spanId: string;
  parentSpanId: string | undefined;
  name: string;
  /** SERVER, CLIENT or INTERNAL. */
  kind: string;
  startMs: number;
  endMs: number;
  isError: boolean;
  attributes: Record<string, unknown>;
}

export interface Collector {
  /** What to set as OTEL_EXPORTER_OTLP_ENDPOINT. */
  url: string;
  spans: CollectedSpan[];
  /** The attributes of what the spans came from, and the headers that they came with. */
  resource: Record<string, unknown>;
  headers: IncomingHttpHeaders;
  close(): Promise<void>;
}

const KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT'];

const attributesOf = (list: { key: string; value: object }[]) =>
  Object.fromEntries(
    list.map(({ key, value }) => {
      const [type, content] = Object.entries(value)[0]!;
      return [key, type === 'intValue' ? Number(content) : content];
    }),
  );

export async function startCollector(): Promise<Collector> {
  const server = createServer((request, response) => {
    void (async () => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      if (request.method !== 'POST' || request.url !== '/v1/traces') {
        return response.writeHead(404).end();
      }
      collector.headers = request.headers;
      for (const { resource, scopeSpans } of JSON.parse(body).resourceSpans) {
        collector.resource = attributesOf(resource.attributes);
        for (const span of scopeSpans.flatMap(({ spans }: any) => spans)) {
          collector.spans.push({
            ...{ traceId: span.traceId, spanId: span.spanId, parentSpanId: span.parentSpanId },
            ...{ name: span.name, kind: KINDS[span.kind]! },
            startMs: Number(span.startTimeUnixNano) / 1e6,
            endMs: Number(span.endTimeUnixNano) / 1e6,
            isError: span.status.code === 2,
            attributes: attributesOf(span.attributes),
          });
        }
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    })();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const collector: Collector = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans: [],
    resource: {},
    headers: {},
    close: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
  return collector;
}
