/** The gateway's webhook, as it is registered with Kinde or with the emulator. */
import { EVENT_TYPES } from './events.js';
import { WEBHOOK_PATH } from './receiver.js';

/** Returns the properties of a webhook that posts every event that the gateway knows to this address. */
export const webhookFor = (endpoint: string) => ({
  name: 'kinde-graphql',
  event_types: [...EVENT_TYPES],
  endpoint,
});

/** Returns the webhook of a gateway at this address without a path, for its own emulator. */
export const ownWebhook = (url: string) => ({
  ...webhookFor(`${url}${WEBHOOK_PATH}`),
  description: null,
});
