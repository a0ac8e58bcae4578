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
  ) {
    super(message);
  }

  get body(): object | undefined {
    if (this.status >= 500) return undefined;
    const error = { code: this.code, message: this.message };
    return { errors: this.status === 404 ? error : [error] };
  }
}

/** A 400, which is also what the API answers when a named thing does not exist. */
export const invalid = (code: string, message: string) => new KindeError(400, code, message);
