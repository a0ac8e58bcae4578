/** Refuses requests of callers who have used what they may use in a minute. */
import type { FastifyReply, FastifyRequest, onSendHookHandler } from 'fastify';
import type { CallerAccount, Charge } from '../graphql/context.js';
import { callerLimitMessage } from '../graphql/errors.js';
import { rateLimitHeaders, type CallerBudget } from './caller-budget.js';
import { sendError } from './error.js';

/** Sends 429 with when to try again. */
export function limitCaller(
  request: FastifyRequest,
  reply: FastifyReply,
  charge: Charge,
): FastifyReply {
  const { limit, retryAfterSeconds } = charge;
  reply.headers({ 'retry-after': String(retryAfterSeconds), ...rateLimitHeaders(charge) });
  return sendError(request, reply, {
    status: 429,
    message: callerLimitMessage(limit, retryAfterSeconds),
    extensions: { retryAfterSeconds },
  });
}

/** Returns the account of a caller. Each response tells in its headers what is left. */
export function accountOf(
  owner: string,
  budget: CallerBudget,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
): CallerAccount {
  const tell = (charge: Charge) => {
    reply.headers(rateLimitHeaders(charge));
    return charge;
  };
  let isCharged = false;
  return {
    get isCharged() {
      return isCharged;
    },
    charge: (cost) => {
      if (isCharged) return budget.standing(owner);
      isCharged = true;
      return tell(budget.charge(owner, cost, credentialOf(request)));
    },
    refund: (charge) => tell(budget.refund(owner, charge)),
  };
}

/** Returns what tells callers apart before anything is verified. Equal texts are of one caller. */
export const credentialOf = ({ ip, headers: { authorization = '' } }: FastifyRequest): string =>
  `${ip} ${authorization}`;

/** Charges for a request that was refused before its cost was known: that takes work as well. */
export const chargeRefusal: onSendHookHandler = (
  { graphql: { account } },
  _reply,
  payload,
  done,
) => {
  if (account?.isCharged === false) account.charge(1);
  done(null, payload);
};

/**
 * Has a caller who shares an execution pay for a response; nobody pays for those that follow. Who has paid
 * for the execution pays nothing. Returns the charge of a caller who has too little left.
 */
export function chargeShared({ graphql: { account } }: FastifyRequest): Charge | undefined {
  const charge = account?.charge(1);
  return charge?.isAllowed === false ? charge : undefined;
}
