/** What `bin/kinde-graphql.js` runs. */
import { main } from './main.js';

process.setSourceMapsEnabled(true);
// A reader may have enough before the end, such as `kinde-graphql schema | head`. That is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});
const exitCode = await main(process.argv.slice(2), process);
// process.exit() could cut off output that is still being written to a pipe.
if (exitCode !== undefined) process.exitCode = exitCode;
