// The algorithm against a server in memory that counts as Cognito Sync does, and that loses answers when told to.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Dataset, MemoryStorage, ServiceError } from "../src/index.js";

class Server {
  datasets = new Map();
  loses = 0;

  async identityId() {
    return "us-east-1:somebody";
  }

  async mergedFrom() {
    return this.guest;
  }

  async listRecords(name, since) {
    const found = this.datasets.get(name) ?? { count: 0, deleted: 0, exists: false, records: new Map() };
    return {
      Records: [...found.records.values()].filter((record) => record.SyncCount > since),
      DatasetSyncCount: found.count,
      DatasetExists: found.exists,
      DatasetDeletedAfterRequestedSyncCount: since > 0 && since < found.deleted,
      MergedDatasetNames: [...this.datasets.keys()].filter((each) => each.startsWith(`${name}.`)),
      SyncSessionToken: "token",
    };
  }

  async updateRecords(name, patches) {
    const found = this.datasets.get(name) ?? { count: 0, deleted: 0, exists: true, records: new Map() };
    for (const { Key, SyncCount } of patches) {
      if ((found.records.get(Key)?.SyncCount ?? 0) !== SyncCount) throw new ServiceError("ResourceConflictException", Key, 409);
    }
    found.exists = true;
    found.count += 1;
    for (const { Key, Value, DeviceLastModifiedDate } of patches) {
      found.records.set(Key, { Key, Value, SyncCount: found.count, DeviceLastModifiedDate });
    }
    this.datasets.set(name, found);
    if (this.loses-- > 0) throw new TypeError("the answer was lost");
    return patches.map(({ Key }) => found.records.get(Key));
  }

  async deleteDataset(name) {
    const found = this.datasets.get(name);
    if (!found?.exists) throw new ServiceError("ResourceNotFoundException", name, 404);
    if (name.includes(".")) return this.datasets.delete(name);
    found.count += 1;
    Object.assign(found, { deleted: found.count, exists: false, records: new Map() });
  }
}

const device = (server, decisions = {}, storage = new MemoryStorage()) => new Dataset("notes", server, storage, decisions, () => {});

async function settle(...datasets) {
  for (let round = 0; round < 2; round++) for (const dataset of datasets) await dataset.synchronize();
}

test("two devices come to the same data, the last writer winning", async () => {
  const server = new Server();
  const [phone, tablet] = [device(server), device(server)];
  await phone.putAll({ a: "1", b: "1" });
  await settle(phone, tablet);
  await phone.put("a", "phone");
  await tablet.put("a", "tablet");
  await tablet.remove("b");
  await settle(phone, tablet);
  assert.deepEqual(await phone.getAll(), { a: "tablet" });
  assert.deepEqual(await tablet.getAll(), { a: "tablet" });
  await phone.put("b", "again");
  await settle(phone, tablet);
  assert.deepEqual(await tablet.getAll(), { a: "tablet", b: "again" });
});

test("a conflict is the app's to settle", async () => {
  const server = new Server();
  const asked = [];
  const onConflict = (conflict) => asked.push(conflict) && `${conflict.local.value}+${conflict.remote.value}`;
  const [phone, tablet] = [device(server), device(server, { onConflict })];
  await phone.put("a", "phone");
  await phone.synchronize();
  await tablet.put("a", "tablet");
  await settle(tablet, phone);
  assert.equal(await phone.get("a"), "tablet+phone");
  assert.deepEqual(asked.map(({ key, local, remote }) => [key, local.value, remote.value]), [["a", "tablet", "phone"]]);
});

test("an answer that was lost is no conflict, even when the record was changed again", async () => {
  const server = new Server();
  const phone = device(server, { onConflict: () => assert.fail("asked") });
  await phone.put("a", "1");
  server.loses = 1;
  await assert.rejects(phone.synchronize(), TypeError);
  await phone.put("a", "2");
  await phone.synchronize();
  assert.equal(server.datasets.get("notes").records.get("a").Value, "2");
  assert.equal(await phone.isChanged(), false);
});

test("what is changed while it is being sent is sent next", async () => {
  const server = new Server();
  const phone = device(server);
  const send = server.updateRecords.bind(server);
  server.updateRecords = async (...given) => {
    const answer = await send(...given);
    if ((await phone.get("a")) === "1") await phone.put("a", "2");
    return answer;
  };
  await phone.put("a", "1");
  await phone.synchronize();
  await phone.synchronize();
  assert.equal(server.datasets.get("notes").records.get("a").Value, "2");
});

test("a dataset deleted elsewhere goes, but for what the server has not had", async () => {
  const server = new Server();
  const [phone, tablet] = [device(server), device(server)];
  await phone.putAll({ a: "1" });
  await settle(phone, tablet);
  await phone.delete();
  await phone.synchronize();
  await tablet.put("b", "new");
  await settle(tablet, phone);
  assert.deepEqual(await tablet.getAll(), { b: "new" });
  assert.deepEqual(await phone.getAll(), { b: "new" });
});

test("the records of a merged dataset are taken over, and it is deleted", async () => {
  const server = new Server();
  await server.updateRecords("notes.us-east-1:guest", [{ Key: "a", Value: "guest", SyncCount: 0, DeviceLastModifiedDate: 1 }]);
  const phone = device(server);
  await phone.put("b", "mine");
  await phone.synchronize();
  assert.deepEqual(await phone.getAll(), { a: "guest", b: "mine" });
  assert.deepEqual([...server.datasets.keys()], ["notes"]);
});

test("what a listing from the beginning does not have is gone, but for what was changed here since", async () => {
  const server = new Server();
  const [phone, tablet] = [device(server), device(server)];
  await phone.putAll({ a: "phone", b: "phone" });
  const send = server.updateRecords.bind(server);
  server.updateRecords = async (...given) => {
    server.updateRecords = send;
    await tablet.put("c", "tablet"); // overtakes the phone's first write, which is told a count that is not the next one
    await tablet.synchronize();
    const answer = await send(...given);
    await tablet.delete();
    await tablet.synchronize();
    await phone.put("b", "changed");
    return answer;
  };
  await settle(phone, tablet);
  assert.deepEqual(await phone.getAll(), { b: "changed" });
  assert.deepEqual(await tablet.getAll(), { b: "changed" });
});

test("what a guest left on the device becomes the person's, the newer of two winning, once", async () => {
  const server = new Server();
  const storage = new MemoryStorage();
  const record = (value, modifiedAt) => ({ value, syncCount: 3, modifiedAt, changed: true });
  const left = { a: record("guest", 5), b: record("guest", Date.now() + 60_000), gone: record(null, 9), c: record("guest", 7) };
  await storage.update("us-east-1:guest/notes", () => ({ syncCount: 3, records: left }));
  server.guest = "us-east-1:guest";
  const asked = [];
  const phone = device(server, { onMerged: (...given) => asked.push(given) > 1 }, storage);
  await phone.putAll({ a: "mine", b: "mine" });
  await phone.synchronize();
  assert.deepEqual(await phone.getAll(), { a: "mine", b: "mine" });
  await phone.synchronize();
  await phone.synchronize();
  assert.deepEqual(await phone.getAll(), { a: "mine", b: "guest", c: "guest" });
  assert.deepEqual(asked, [["notes", ["notes.us-east-1:guest"]], ["notes", ["notes.us-east-1:guest"]]]);
  assert.deepEqual(await storage.keys("us-east-1:guest/"), []);
  const tablet = device(server);
  await tablet.synchronize();
  assert.deepEqual(await tablet.getAll(), { a: "mine", b: "guest", c: "guest" });
});
