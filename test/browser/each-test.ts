/** Loaded before each file of browser tests: closes what each test has opened. */
import { contextsOfTest } from './support/contexts-of-test.js';

beforeEach(() => contextsOfTest.begin());
afterEach(() => contextsOfTest.end());
