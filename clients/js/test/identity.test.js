// Who somebody is: a guest, the same guest again, a person, and a guest who turns out to be one.
import assert from "node:assert/strict";
import { test } from "node:test";
import { cognitoIdentity, SyncClient } from "../src/index.js";

const jwt = (sub) => `head.${Buffer.from(JSON.stringify({ sub })).toString("base64url")}.signature`;

class Pool {
  people = new Map();
  guests = new Set();
  merged = new Map();
  calls = [];
  offline = false;

  fetch = async (_url, { headers, body }) => {
    if (this.offline) throw new TypeError("fetch failed");
    const operation = headers["x-amz-target"].split(".").pop();
    const req = JSON.parse(body);
    this.calls.push(operation);
    const told = this[operation](req, req.Logins && Object.values(req.Logins)[0]);
    return new Response(JSON.stringify(told), { status: told.__type ? 400 : 200 });
  };

  GetId(_req, token) {
    if (!token) this.guests.add(`guest-${this.guests.size}`);
    return { IdentityId: token ? this.personOf(token) : [...this.guests].pop() };
  }

  GetCredentialsForIdentity({ IdentityId }, token) {
    const known = this.guests.has(IdentityId) || [...this.people.values()].includes(IdentityId);
    if (!known || this.merged.has(IdentityId)) return { __type: "ResourceNotFoundException", message: "" };
    let id = IdentityId;
    if (token && this.guests.has(id)) {
      const there = this.people.get(token);
      if (there) this.merged.set(id, there);
      else this.guests.delete(id) && this.people.set(token, id);
      id = there ?? id;
    } else if (token ? this.personOf(token) !== id : !this.guests.has(id)) return { __type: "NotAuthorizedException", message: "" };
    const keys = { AccessKeyId: "AK", SecretKey: "SK", SessionToken: "ST", Expiration: Date.now() / 1000 + 3600 };
    return { IdentityId: id, Credentials: keys };
  }

  personOf(token) {
    if (!this.people.has(token)) this.people.set(token, `person-${this.people.size}`);
    return this.people.get(token);
  }
}

class Notes extends Map {
  getItem = (name) => this.get(name) ?? null;
  setItem = (name, value) => void this.set(name, value);
  removeItem = (name) => void this.delete(name);
}

/** A device whose page can be opened again: `tokens` is who signed in. */
class Device {
  notes = new Notes();
  tokens = {};

  constructor(pool) {
    this.pool = pool;
  }

  open() {
    const logins = async () => this.tokens;
    const { pool, notes } = this;
    return cognitoIdentity({ region: "us-east-1", identityPoolId: "pool", endpoint: "http://x/", logins, notes, fetch: pool.fetch });
  }
}

test("a guest who comes back is the same guest", async () => {
  const device = new Device(new Pool());
  const { identityId } = await device.open()();
  assert.equal((await device.open()()).identityId, identityId);
  assert.deepEqual(device.pool.calls, ["GetId", "GetCredentialsForIdentity", "GetCredentialsForIdentity"]);
});

test("a guest whose identity is no more is a new one", async () => {
  const device = new Device(new Pool());
  const { identityId } = await device.open()();
  device.pool.merged.set(identityId, "somebody");
  assert.notEqual((await device.open()()).identityId, identityId);
});

test("a guest who signs in for the first time stays who they are", async () => {
  const device = new Device(new Pool());
  const credentials = device.open();
  const { identityId } = await credentials();
  device.tokens = { google: jwt("ada") };
  assert.deepEqual([(await credentials()).identityId, (await credentials()).mergedFrom], [identityId, undefined]);
});

test("a guest who turns out to be somebody is part of them, also when the page is opened again before that was used", async () => {
  const pool = new Pool();
  pool.personOf(jwt("ada"));
  const device = new Device(pool);
  const { identityId: guest } = await device.open()();
  device.tokens = { google: jwt("ada") };
  const found = await device.open()();
  assert.deepEqual([found.identityId, found.mergedFrom], ["person-0", guest]);
  assert.equal((await device.open()()).mergedFrom, guest);
});

test("what a guest left is nobody's but who they became", async () => {
  const pool = new Pool();
  for (const name of ["ada", "grace"]) pool.personOf(jwt(name));
  const device = new Device(pool);
  await device.open()();
  device.tokens = { google: jwt("ada") };
  await device.open()();
  device.tokens = { google: jwt("grace") };
  const other = await device.open()();
  assert.deepEqual([other.identityId, other.mergedFrom], ["person-1", undefined]);
  device.tokens = {};
  assert.match((await device.open()()).identityId, /^guest-/);
});

test("without a network somebody still is who they were, and nobody else is", async () => {
  const device = new Device(new Pool());
  device.tokens = { google: jwt("ada") };
  const { identityId } = await device.open()();
  device.pool.offline = true;
  const options = { region: "us-east-1", identityPoolId: "pool", endpoint: "http://x/", fetch: device.pool.fetch };
  const client = () => new SyncClient({ ...options, credentials: device.open() }).dataset("notes");
  assert.deepEqual(await client().getAll(), {});
  assert.equal(await device.open().lastIdentityId(), identityId);
  for (const tokens of [{ google: jwt("grace") }, { facebook: "opaque" }, {}]) {
    device.tokens = tokens;
    await assert.rejects(client().getAll(), TypeError);
  }
});
