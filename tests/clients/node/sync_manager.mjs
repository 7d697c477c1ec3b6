// amazon-cognito-js, the Sync Manager: two devices of one person, then a guest who turns out to be that person.
import { createRequire } from "node:module";
import { run, scenario } from "./scenario.mjs";

const require = createRequire(import.meta.url);
process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = "1";
const AWS = require("aws-sdk");
require("amazon-cognito-js");

const called = (start) =>
  new Promise((resolve, reject) => start((error, result) => (error ? reject(error) : resolve(result))));

AWS.config.update({ region: scenario.region, maxRetries: 0 });
for (const service of ["cognitoidentity", "cognitosync"]) AWS.config[service] = { endpoint: scenario.endpoint };

// A device: its own credentials, its own local store.
async function device(params) {
  const credentials = new AWS.CognitoIdentityCredentials({ IdentityPoolId: scenario.identityPoolId, ...params });
  await credentials.getPromise();
  AWS.config.credentials = credentials;
  const manager = new AWS.CognitoSyncManager({ DataStore: AWS.CognitoSyncManager.StoreInMemory });
  const open = (name) => called((done) => manager.openOrCreateDataset(name, done));
  return { credentials, manager, open };
}

// What a synchronization came to, and what it asked on the way; handlers answer those questions.
function synchronize(dataset, handlers = {}) {
  const asked = [];
  const question = (name, answer) => (...given) => {
    asked.push(name);
    answer(...given);
  };
  return new Promise((resolve) => {
    dataset.synchronize({
      onSuccess: () => resolve({ outcome: "success", asked }),
      onFailure: (error) => resolve({ outcome: error.message, asked }),
      onConflict: question("conflict", handlers.conflict ?? ((_dataset, _conflicts, answer) => answer(false))),
      onDatasetDeleted: question("deleted", (_dataset, _name, answer) => answer(false)),
      onDatasetsMerged: question("merged", handlers.merged ?? ((_dataset, _names, answer) => answer(false))),
    });
  });
}

const put = (dataset, key, value) => called((done) => dataset.put(key, value, done));
const all = (dataset) => called((done) => dataset.getAll(done));

async function deleteDataset(owner, dataset) {
  const { local } = owner.manager;
  await called((done) => local.deleteDataset(owner.credentials.identityId, dataset.datasetName, done));
  return synchronize(dataset);
}

run(async () => {
  const report = {};
  const person = { Logins: { "accounts.google.com": scenario.googleToken } };
  const [phone, tablet] = [await device(person), await device(person)];
  const [onPhone, onTablet] = [await phone.open("notes"), await tablet.open("notes")];
  report.sameIdentity = phone.credentials.identityId === tablet.credentials.identityId;

  await put(onPhone, "title", "Draft");
  await put(onPhone, "place", "Turin");
  report.first = await synchronize(onPhone);
  report.second = await synchronize(onTablet);
  report.arrived = await all(onTablet);

  await put(onPhone, "title", "Phone");
  await synchronize(onPhone);
  await put(onTablet, "title", "Tablet");
  report.conflict = await synchronize(onTablet, {
    conflict: (dataset, conflicts, answer) => {
      const resolved = conflicts.map((each) => each.resolveWithValue(`${each.getLocalRecord().getValue()} and ${each.getRemoteRecord().getValue()}`));
      dataset.resolve(resolved, () => answer(true));
    },
  });
  await synchronize(onPhone);
  report.resolved = [await all(onPhone), await all(onTablet)].map((values) => values.title);

  await called((done) => onTablet.remove("place", done));
  await synchronize(onTablet);
  await synchronize(onPhone);
  report.removed = await called((done) => onPhone.get("place", done));

  report.deletion = await deleteDataset(phone, onPhone);
  report.deletedElsewhere = await synchronize(onTablet);
  await called((done) => tablet.manager.local.purgeDataset(tablet.credentials.identityId, "notes", done));
  const again = await tablet.open("notes");
  await put(again, "title", "Anew");
  report.created = await synchronize(again);

  const guest = await device({});
  const guestNotes = await guest.open("notes");
  await put(guestNotes, "idea", "by a guest");
  report.guest = await synchronize(guestNotes);
  const guestId = guest.credentials.identityId;
  const known = await device({ ...person, IdentityId: guestId });
  report.becamePerson = known.credentials.identityId === phone.credentials.identityId;
  const merging = await known.open("notes");
  let names = [];
  report.merging = await synchronize(merging, {
    merged: (_dataset, found, answer) => {
      names = found;
      answer(false);
    },
  });
  report.mergedNames = names.map((name) => name.replace(guestId, "<guest>"));
  const theirs = await known.open(names[0]);
  await synchronize(theirs);
  for (const [key, value] of Object.entries(await all(theirs))) await put(merging, key, value);
  report.mergedDeletion = await deleteDataset(known, theirs);
  report.merged = await synchronize(merging);
  report.everything = await all(merging);
  await synchronize(again);
  report.everywhere = await all(again);
  return report;
});
