/** The envelope of a success response around its payload. */
export const success = <Payload extends object>(payload: Payload, message = 'Success') => ({
  code: 'OK',
  message,
  ...payload,
});

/** A success response whose status is not 200, or that has no body. */
export class Reply<Body> {
  constructor(
    readonly status: number,
    readonly body?: Body,
  ) {}
}

/** A 201, with the code and message that the operation has for it. */
export const created = <Payload extends object>(code: string, message: string, payload: Payload) =>
  new Reply(201, { code, message, ...payload });

/** A success without a body, as some operations send it. */
export const empty = (status: 200 | 204) => new Reply<never>(status);
