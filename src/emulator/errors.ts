/**
 * How a refusal is written. As documented, `errors` is a list, except for a 404, where it is one object.
 * The other shapes are those that are seen elsewhere in Kinde's API and its SDKs, whatever the status.
 */
export const ERROR_SHAPES = ['documented', 'list', 'object', 'flat', 'texts', 'none'] as const;
export type ErrorShape = (typeof ERROR_SHAPES)[number];

/** A refusal by the emulated API. */
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

  /** Returns undefined for a 500: the specification declares none, so a client must not count on one. */
  body(shape: ErrorShape): object | undefined {
    if (this.status >= 500) return undefined;
    const { code, message, details } = this;
    const error = { code, message, ...(details && { details }) };
    switch (shape === 'documented' ? (this.status === 404 ? 'object' : 'list') : shape) {
      case 'list':
        return { errors: [error] };
      case 'object':
        return { errors: error };
      case 'flat':
        return error;
      case 'texts':
        return { errors: [message] };
      case 'none':
        return undefined;
    }
  }
}

/** A 400, which the API also sends when a named object doesn't exist. */
export const invalid = (code: string, message: string) => new KindeError(400, code, message);

/** Where a refused bulk write says which of its values is to blame. Kinde documents none. */
export const CULPRIT_PLACES = ['message', 'details', 'nowhere'] as const;

export type CulpritPlace = (typeof CULPRIT_PLACES)[number];

/** The one code and message that the specification shows for a page that is too large. */
export const pageTooLarge = (limit: number) =>
  invalid('PAGE_SIZE_LIMIT_EXCEEDED', `Page size cannot be greater than ${limit}`);
