import type { ResponseOf, Arguments, Endpoint } from '../upstream/endpoint.js';
import type { Endpoints } from '../upstream/endpoints/index.js';
import type { Sent } from '../upstream/types.js';
import type { State } from './state.js';
import type { Reply } from './success.js';

/** What answers a row of the endpoint table. It refuses by throwing a KindeError. */
export type Handler<E> = E extends Endpoint
  ? (state: State, args: Arguments<E>) => Sent<ResponseOf<E>> | Reply<Sent<ResponseOf<E>>>
  : never;

/** One handler for each row of the table: a row without one does not compile. */
export type Handlers = {
  [Domain in keyof Endpoints]: {
    [Operation in keyof Endpoints[Domain]]: Handler<Endpoints[Domain][Operation]>;
  };
};
