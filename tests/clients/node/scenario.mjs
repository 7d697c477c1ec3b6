// What every scenario shares: its input (a JSON object in SCENARIO), the development outbox, and its output (one JSON line).

export const scenario = JSON.parse(process.env.SCENARIO);

export async function codeFor(recipient) {
  const answer = await fetch(`${scenario.endpoint}/_ostiary/outbox?to=${encodeURIComponent(recipient)}`, {
    headers: { accept: "application/json" },
  });
  const { messages } = await answer.json();
  if (!messages.length) throw new Error(`no message for ${recipient}`);
  return messages[0].code;
}

export async function run(steps) {
  try {
    process.stdout.write(`${JSON.stringify(await steps())}\n`);
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${error.name}: ${error.message}\n${error.stack}\n`);
    process.exit(1);
  }
}

// The name of the error a promise is refused with; no refusal is an error here.
export async function refusal(promise) {
  try {
    await promise;
  } catch (error) {
    return error.name;
  }
  throw new Error("was not refused");
}
