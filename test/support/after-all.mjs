/** What Jest does once after the last test, as its `globalTeardown`. */
import { removeFolder } from './temporary-folder.mjs';

export default removeFolder;
