// The script outside, which has hands and eyes: what no interface of the editor's gives, it does on the screen.

const ADDRESS = process.env.LEASTWISE_OUTSIDE;

/** Tells the script outside something, and returns what it answers. */
export async function tell(what, content = {}) {
  const response = await fetch(`${ADDRESS}/${what}`, { method: 'POST', body: JSON.stringify(content) });
  const answer = await response.json();
  if (answer.error) throw new Error(answer.error);
  return answer;
}

/** `hands.press('Enter')` and whatever else `suite.mjs` lists. */
export const hands = new Proxy(
  {},
  {
    get:
      (_, name) =>
      async (...given) =>
        (await tell('hands', { name, given })).result,
  },
);
