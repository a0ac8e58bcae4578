/** An entry of the audit trail, and what its fields can be. */

export type AuditOutcome =
  /** All that was asked has been done. */
  | 'success'
  /** A part of it has been done; `codes` says why not all. */
  | 'partial'
  /** Nothing was done, for a reason that the caller can fix. */
  | 'refused'
  /** The caller may not do this. */
  | 'denied'
  /** Nothing has been done, for another reason. */
  | 'failed'
  /** Nobody knows whether it has been done. */
  | 'unknown'
  /** An earlier request with the same idempotency key has had this outcome; this one did nothing. */
  | 'replayed';

/** One event of the trail. It holds no secret, no e-mail address and no value that was written. */
export interface AuditEvent {
  requestId: string;
  who: object;
  mutation: string;
  operationName?: string;
  target: object;
  outcome: AuditOutcome;
  /** Of a replayed one, the outcome of the first time. */
  replayed?: AuditOutcome;
  /** Codes of userErrors, or the code of the error. */
  codes?: readonly string[];
  /** Of a bulk write, how many users each thing was done to. */
  users?: object;
  /** What was sent to Kinde, by route and by the status of the response; null where there was none. */
  calls: readonly { route: string; status: number | null; count: number }[];
  milliseconds: number;
}

/** Hears of each event when it has happened. */
export type Audit = (event: AuditEvent) => void;
