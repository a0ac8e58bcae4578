/** The envelope of every success answer, around its payload. */
export const success = <Payload extends object>(payload: Payload, message = 'Success') => ({
  code: 'OK',
  message,
  ...payload,
});
