#!/usr/bin/env node
/** `kinde-graphql`: the package's command. */
import { main } from './main.js';

process.setSourceMapsEnabled(true);
const exitCode = await main(process.argv.slice(2), process);
// process.exit() could cut off output that is still being written to a pipe.
if (exitCode !== undefined) process.exitCode = exitCode;
