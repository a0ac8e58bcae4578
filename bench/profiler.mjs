/**
 * Preloaded into a server that `npm run bench -- --profile` measures. Each SIGUSR2 begins or ends what
 * PROFILE names: `cpu`, the time by function, or `heap`, the allocated bytes by function. The end
 * writes PROFILE_FILE.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';

const SAMPLE_US = 250;
const ALLOCATION_SAMPLE_BYTES = 16_384;

const session = new Session();
session.connect();

const kinds = {
  cpu: {
    async begin() {
      await session.post('Profiler.enable');
      await session.post('Profiler.setSamplingInterval', { interval: SAMPLE_US });
      await session.post('Profiler.start');
    },
    end: () => session.post('Profiler.stop'),
  },
  heap: {
    begin: () =>
      session.post('HeapProfiler.startSampling', {
        samplingInterval: ALLOCATION_SAMPLE_BYTES,
        // Without these only what is still alive at the end is told.
        includeObjectsCollectedByMajorGC: true,
        includeObjectsCollectedByMinorGC: true,
      }),
    end: () => session.post('HeapProfiler.stopSampling'),
  },
};

const { PROFILE, PROFILE_FILE } = process.env;
const kind = kinds[PROFILE];
let isRunning = false;
process.on('SIGUSR2', async () => {
  isRunning = !isRunning;
  if (isRunning) return kind.begin();
  const { profile } = await kind.end();
  // Renamed, so that a reader that waits for the file sees it whole.
  writeFileSync(`${PROFILE_FILE}.part`, JSON.stringify(profile));
  renameSync(`${PROFILE_FILE}.part`, PROFILE_FILE);
});
