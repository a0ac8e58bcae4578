/** Waits for the promises in lists and objects, and settles in the same turns as graphql-js does. */
import type { Data } from './plan.js';
import { isPromise } from './properties.js';

const nextTurn = Promise.resolve();

/** Maps holes too, as undefined; `map` of an array would leave them out. */
export function mapEntries(
  list: readonly unknown[],
  map: (item: unknown, index: number) => unknown,
) {
  const mapped = list.slice();
  for (let index = 0; index < list.length; index += 1) mapped[index] = map(list[index], index);
  return mapped;
}

/** Replaces promises by their values, and settles in the turn in which a `then` of Promise.all would. */
export function settleFields(data: Data, pending: number): Promise<Data> {
  return pending === 1 ? settleField(data) : settleSeveral(data, pending);
}

/** Settles the only promise: with fewer objects, which a list of objects has many of. */
function settleField(data: Data): Promise<Data> {
  for (const name in data) {
    const field = data[name];
    if (!isPromise(field)) continue;
    return Promise.resolve(field)
      .then()
      .then((value) => {
        data[name] = value;
        return data;
      });
  }
  return Promise.resolve(data);
}

function settleSeveral(data: Data, pending: number): Promise<Data> {
  return new Promise((resolve, reject) => {
    let left = pending;
    const rejectNextTurn = (error: unknown) => void nextTurn.then(() => reject(error as Error));
    for (const name in data) {
      const field = data[name];
      if (!isPromise(field)) continue;
      Promise.resolve(field).then((value) => {
        data[name] = value;
        left -= 1;
        if (left === 0) void nextTurn.then(() => resolve(data));
      }, rejectNextTurn);
    }
  });
}

/** Settles in the turn in which Promise.all would. */
export function settleEntries(list: unknown[], pending: number): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    let left = pending;
    for (let place = 0; place < list.length; place += 1) {
      const entry = list[place];
      if (!isPromise(entry)) continue;
      Promise.resolve(entry).then((value) => {
        list[place] = value;
        left -= 1;
        if (left === 0) resolve(list);
      }, reject);
    }
  });
}
