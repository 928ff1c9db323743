// Runs the tests that the script outside wants in this window, one after the other, and tells it of each.

import { tell } from './outside.js';
import { PATIENCE, tests } from './test.js';

export function activate() {
  // Not waited for: the window would count as starting until the last test has ended.
  run().catch((error) => tell('end', { error: String(error?.stack ?? error) }));
}

async function run() {
  const { suites } = await tell('begin');
  for (const suite of suites) {
    await import(`./${suite}.js`);
    for (const { name, work } of tests.splice(0)) await tell('result', { suite, name, ...(await outcome(work)) });
  }
  await tell('end', {});
}

async function outcome(work) {
  const start = performance.now();
  const milliseconds = () => Math.round(performance.now() - start);
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('the test took too long')), 2 * PATIENCE);
  });
  try {
    const figures = await Promise.race([work(), late]);
    return { milliseconds: milliseconds(), figures };
  } catch (error) {
    return { milliseconds: milliseconds(), error: String(error?.stack ?? error) };
  } finally {
    clearTimeout(timer);
  }
}
