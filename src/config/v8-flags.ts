/** How V8 is set for a process that serves, whatever command has started it. Imported before all else. */
import { setFlagsFromString } from 'node:v8';

// V8 creates what it expects to live long among old objects, which with all that they lead to are there
// until the next full collection. It learns that from the operations in flight, whose objects live for
// some milliseconds, and then spent a tenth of the time on what they had left behind.
setFlagsFromString('--no-allocation-site-pretenuring');
