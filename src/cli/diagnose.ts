/** Explains why Kinde or Redis can't be used, and names the setting to check. */
import type { KindeConfig } from '../config.js';
import { UpstreamError } from '../upstream/errors.js';
import { SendError } from '../upstream/send/index.js';

const UNRESOLVED = /^(ENOTFOUND|EAI_AGAIN)$/;
const NOT_TLS = /^(EPROTO|ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG))$/;
const TLS = /CERT|SSL|TLS|ISSUER|UNABLE_TO_VERIFY/;

/** Explains why an exchange with this host failed. */
export function whyUnreachable({ failure, code }: SendError, host: string): string {
  if (failure === 'TIMEOUT') {
    return `${host} did not answer within UPSTREAM_TIMEOUT_MS: check KINDE_DOMAIN, and whether a firewall blocks the connection.`;
  }
  if (UNRESOLVED.test(code)) {
    return `The name ${host} cannot be resolved (${code}): check KINDE_DOMAIN for a typo, and this machine’s DNS.`;
  }
  if (code === 'ECONNREFUSED') {
    return `Nothing listens at ${host}: check KINDE_DOMAIN, and that the server is running.`;
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    return `The certificate of ${host} is not valid now (${code}): check this machine’s clock, and KINDE_DOMAIN.`;
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `The certificate of ${host} is for another host: check KINDE_DOMAIN.`;
  }
  if (NOT_TLS.test(code)) {
    return `${host} does not speak TLS (${code}): check KINDE_DOMAIN. For plain HTTP, which the emulator uses, put http:// before the host.`;
  }
  if (TLS.test(code)) {
    return `The certificate of ${host} cannot be verified (${code}): check KINDE_DOMAIN. If a proxy in your network signs certificates, set NODE_EXTRA_CA_CERTS to its CA.`;
  }
  return `The connection to ${host} failed (${code}): check KINDE_DOMAIN and the network.`;
}

/** Explains why Redis at this host can't be used. The error's own message may contain the URL, so it isn't shown. */
export function whyNoRedis(error: unknown, host: string): string {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  if (/^(WRONGPASS|NOAUTH|NOPERM)\b/.test(message)) {
    return `${host} refuses the credentials (${message.split(' ', 1)[0]}): check the user and the password in REDIS_URL, redis://USER:PASSWORD@HOST:PORT, and that characters such as @ and / in them are percent-encoded.`;
  }
  if (UNRESOLVED.test(code)) {
    return `The name ${host} cannot be resolved (${code}): check REDIS_URL for a typo, and this machine’s DNS.`;
  }
  if (code === 'ECONNREFUSED') {
    return `Nothing listens at ${host}: check REDIS_URL, and that Redis is running.`;
  }
  if (NOT_TLS.test(code)) {
    return `${host} does not speak TLS (${code}): check REDIS_URL. Without TLS it starts with redis://, not rediss://.`;
  }
  if (TLS.test(code)) {
    return `The certificate of ${host} cannot be verified (${code}): check REDIS_URL. If your own CA signed it, set NODE_EXTRA_CA_CERTS to that CA.`;
  }
  return `${host} doesn’t answer like Redis within a second${code === '' ? '' : ` (${code})`}: check REDIS_URL, whether a firewall blocks the connection, and whether that Redis expects TLS (rediss://).`;
}

/** Explains why this environment gave the gateway no token. */
export function whyNoToken(error: unknown, { baseUrl, audience }: KindeConfig): string {
  const { host } = new URL(baseUrl);
  if (!(error instanceof UpstreamError)) return `The gateway got no token from ${host}.`;
  if (error.cause instanceof SendError) return whyUnreachable(error.cause, host);
  if (error.failure === 'UNAVAILABLE') {
    return `${host} answers ${error.status} to a token request. Kinde is down, or its limit for tokens is reached: try again later.`;
  }
  const [reason] = error.reasons;
  if (reason === undefined) {
    return `${host} answers, but not like a Kinde environment (${error.status}): check KINDE_DOMAIN for a typo.`;
  }
  if (reason.code === 'invalid_client') {
    return `${host} does not accept the application (${reason.code}): check KINDE_CLIENT_ID and KINDE_CLIENT_SECRET against the machine-to-machine application’s page in Kinde, and KINDE_DOMAIN against its environment.`;
  }
  return `${host} gives the application no token for ${audience} (${reason.code}). Authorize it for the Kinde Management API in Kinde, and check KINDE_AUDIENCE.`;
}
