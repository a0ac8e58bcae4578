/**
 * A refusal by the emulated API. The shape of the body follows from the status, as in Kinde's
 * specification: a list of errors, except for a 404, where `errors` is one object. A 500 has no
 * body: the specification declares none, so a client must not count on one.
 */
export class KindeError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    /** What else the error's entry says. */
    readonly details?: object,
  ) {
    super(message);
  }

  get body(): object | undefined {
    if (this.status >= 500) return undefined;
    const error = {
      code: this.code,
      message: this.message,
      ...(this.details && { details: this.details }),
    };
    return { errors: this.status === 404 ? error : [error] };
  }
}

/** A 400, which is also what the API answers when a named thing does not exist. */
export const invalid = (code: string, message: string) => new KindeError(400, code, message);

/** Where a refused bulk write says which of its values is to blame. Kinde documents none. */
export const CULPRIT_PLACES = ['message', 'details', 'nowhere'] as const;

export type CulpritPlace = (typeof CULPRIT_PLACES)[number];
