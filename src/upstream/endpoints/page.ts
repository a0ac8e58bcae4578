import { Type as t } from 'typebox';

/**
 * The largest page that Kinde documents for its paged reads. One other endpoint is known to stop
 * at 100 (PAGE_SIZE_LIMIT_EXCEEDED); for those in this table no such limit is documented.
 */
export const MAX_PAGE_SIZE = 500;

/** The paging parameters; without page_size the API sends 10. */
export const page = {
  page_size: t.Optional(t.Integer({ minimum: 1, maximum: MAX_PAGE_SIZE })),
  next_token: t.Optional(t.String()),
};
