/**
 * Lets zod parse without compiling code, which a page's policy forbids: the browser would log the attempt. Import it before
 * everything else, because schemas try as they are made.
 */
import { config } from 'zod';

config({ jitless: true });
