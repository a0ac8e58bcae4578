/** Compares JWT_ISSUER with what the environment says of itself, in its discovery document. */
import { acceptedIssuer } from '../auth/issuer.js';
import type { JwtConfig } from '../config.js';
import { logText } from '../telemetry/redact.js';
import { parseObject } from '../upstream/json.js';
import { SendError } from '../upstream/send/index.js';

export interface IssuerFindings {
  problems: string[];
  warnings: string[];
}

/** Fetches an address; rejects with a SendError when nothing answers. */
export type Get = (url: string) => Promise<{ status: number; body: string }>;

/**
 * Returns what is wrong with the accepted issuers. Each must be named by the discovery document of the
 * environment or by its own, and the issuer that the environment names should be among them.
 */
export async function checkIssuers(
  get: Get,
  baseUrl: string,
  { issuers }: JwtConfig,
): Promise<IssuerFindings> {
  const named = await issuerAt(get, baseUrl);
  if (named === undefined) {
    const warning = `JWT_ISSUER can't be compared with the environment: there is no discovery document at ${discoveryUri(baseUrl)}.`;
    return { problems: [], warnings: [warning] };
  }
  const problems: string[] = [];
  for (const issuer of issuers) {
    if (acceptedIssuer(named, [issuer]) !== undefined) continue;
    const own = await issuerAt(get, issuer);
    // A custom domain may name itself, or the environment that it belongs to.
    if (acceptedIssuer(own, [issuer, named]) !== undefined) continue;
    const reason = own === undefined ? 'has no discovery document' : `names "${own}"`;
    problems.push(
      `JWT_ISSUER has "${issuer}", but the discovery document of KINDE_DOMAIN names "${named}" and ${issuer} ${reason}. Correct or remove it.`,
    );
  }
  if (acceptedIssuer(named, issuers) !== undefined) return { problems, warnings: [] };
  const warning = `Tokens issued by "${named}", as the environment's discovery document names it, are refused. To accept them, set JWT_ISSUER=${[named, ...issuers].join(',')}.`;
  return { problems, warnings: [warning] };
}

const discoveryUri = (base: string) => `${base}/.well-known/openid-configuration`;

/** Returns the issuer that a discovery document names; undefined where there is no such document. */
async function issuerAt(get: Get, base: string): Promise<string | undefined> {
  try {
    const { status, body } = await get(discoveryUri(base));
    if (status !== 200) return undefined;
    const issuer = parseObject(body)?.['issuer'];
    return typeof issuer === 'string' ? logText(issuer) : undefined;
  } catch (error) {
    if (error instanceof SendError) return undefined;
    throw error;
  }
}
