/** Words in French, as the screens start; each test begins with nothing kept. */
import { afterEach } from 'vitest';

afterEach(() => {
  localStorage.clear();
});
