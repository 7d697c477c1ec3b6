// sns-validator, unmodified: what it says of each message; "" of those it takes.
import MessageValidator from "sns-validator";
import { run, scenario } from "./scenario.mjs";

const validator = new MessageValidator(new RegExp(scenario.hostPattern));
const verdict = (message) => new Promise((resolve) => validator.validate(message, (error) => resolve(error?.message ?? "")));

run(async () => ({ verdicts: await Promise.all(scenario.messages.map(verdict)) }));
