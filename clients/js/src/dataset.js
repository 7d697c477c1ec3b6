// A dataset on the device: changed at once, synchronized when there is a network.

import { backoff, ServiceError } from "./api.js";

/**
 * @typedef {import("./api.js").Api} Api
 * @typedef {import("./api.js").ServerRecord} ServerRecord
 * @typedef {import("./api.js").Listing} Listing
 * @typedef {import("./storage.js").Storage} Storage
 * @typedef {import("./storage.js").StoredRecord} StoredRecord
 * @typedef {import("./storage.js").StoredDataset} StoredDataset
 */

/**
 * One side of a conflict; `value` is null when the record was removed there.
 * @typedef {{ value: string | null, modifiedAt: number }} Side
 */

/**
 * A record that was changed here and elsewhere.
 * @typedef {{ dataset: string, key: string, local: Side, remote: Side & { modifiedBy: string } }} Conflict
 */

/**
 * What the app decides; without an answer of its own, the last writer wins.
 * @typedef {object} Decisions
 * @property {(conflict: Conflict) => string | null | Promise<string | null>} [onConflict] return the value to keep, null for none
 * @property {(dataset: string) => "purge" | "keep" | Promise<"purge" | "keep">} [onDeleted] the dataset was deleted elsewhere:
 *   forget all of it, or keep what is here and send it anew; without it, what the server has not had yet is kept
 * @property {(dataset: string, merged: string[]) => boolean | Promise<boolean>} [onMerged] datasets came by a merge of
 *   identities, the server's or a guest's on this device; return whether to take their records over (and delete them),
 *   which is done without it
 */

const MOST_ROUNDS = 6;

export class Dataset {
  /** @type {Promise<unknown>} */
  #last = Promise.resolve();
  #told;

  /**
   * @param {string} name @param {Api} api @param {Storage} storage @param {Decisions} decisions
   * @param {(dataset: string, keys: string[], remote: boolean) => void} told is called after every change
   */
  constructor(name, api, storage, decisions, told) {
    this.name = name;
    this.api = api;
    this.storage = storage;
    this.decisions = decisions;
    this.#told = told;
  }

  /** @param {string} key @returns {Promise<string | null>} */
  async get(key) {
    return (await this.stored()).records[key]?.value ?? null;
  }

  /** @returns {Promise<Record<string, string>>} */
  async getAll() {
    const entries = Object.entries((await this.stored()).records).filter(([, record]) => record.value !== null);
    return Object.fromEntries(entries.map(([key, record]) => [key, /** @type {string} */ (record.value)]));
  }

  /** @param {string} key @param {string} value */
  async put(key, value) {
    await this.#write({ [key]: value });
  }

  /** @param {Record<string, string>} values */
  async putAll(values) {
    await this.#write(values);
  }

  /** @param {string} key */
  async remove(key) {
    await this.#write({ [key]: null });
  }

  /** Delete the dataset, here now and for everybody with the next synchronization. */
  async delete() {
    const keys = Object.keys((await this.stored()).records);
    await this.#update(() => ({ syncCount: -1, records: {} }));
    this.#told(this.name, keys, false);
  }

  /** Whether there is something that the server does not have. */
  async isChanged() {
    const { syncCount, records } = await this.stored();
    return syncCount < 0 || Object.values(records).some((record) => record.changed);
  }

  /** @returns {Promise<StoredDataset>} */
  async stored() {
    return (await this.storage.read(await this.#key())) ?? { syncCount: 0, records: {} };
  }

  /** Exchange changes with the server, one exchange after the other. @returns {Promise<void>} */
  synchronize() {
    const next = this.#last.catch(() => {}).then(() => this.#synchronize());
    this.#last = next;
    return next;
  }

  /** Wait for synchronizations that are under way, however they end. */
  async settled() {
    await this.#last.catch(() => {});
  }

  async #synchronize() {
    for (let round = 1; ; round++) {
      try {
        if (await this.#exchange()) return;
      } catch (error) {
        if (!isStale(error)) throw error;
        await backoff(round, 20, 2000);
      }
      if (round === MOST_ROUNDS) throw new Error(`${this.name} is changed elsewhere faster than it synchronizes.`);
    }
  }

  /** Do one round; return whether both sides are the same then. */
  async #exchange() {
    await this.#adopt();
    const before = await this.stored();
    if (before.syncCount < 0) return this.#deleteThere();
    const listing = await this.api.listRecords(this.name, before.syncCount);
    const gone = before.syncCount > 0 && (!listing.DatasetExists || listing.DatasetDeletedAfterRequestedSyncCount);
    if (gone) return this.#deletedElsewhere();
    await this.#takeIn(before, listing);
    const merged = await this.#takeOver(listing.MergedDatasetNames ?? []);
    const done = await this.#send(listing);
    for (const name of done ? merged : []) await this.api.deleteDataset(name).catch(unlessMissing);
    return done;
  }

  async #deleteThere() {
    await this.api.deleteDataset(this.name).catch(unlessMissing);
    let untouched = false;
    await this.#update((stored) => {
      untouched = stored.syncCount < 0 && Object.keys(stored.records).length === 0;
      return untouched ? undefined : { ...stored, syncCount: 0 };
    });
    return untouched;
  }

  async #deletedElsewhere() {
    const decision = await this.decisions.onDeleted?.(this.name);
    /** @type {string[]} */
    const lost = [];
    await this.#update(({ records }) => {
      /** @type {Record<string, StoredRecord>} */
      const kept = {};
      for (const [key, record] of Object.entries(records)) {
        const keep = record.value !== null && (decision === "keep" || (!decision && record.changed));
        if (keep) kept[key] = { ...record, syncCount: 0, changed: true, sent: undefined };
        else lost.push(key);
      }
      return { syncCount: 0, records: kept };
    });
    if (lost.length) this.#told(this.name, lost, true);
    return false;
  }

  /** Take the server's changes in, and settle conflicts. @param {StoredDataset} before @param {Listing} listing */
  async #takeIn(before, listing) {
    /** @type {Map<ServerRecord, string | null>} */
    const settled = new Map();
    for (const remote of listing.Records) {
      const local = before.records[remote.Key];
      if (local && conflicts(local, remote)) settled.set(remote, await this.#settle(local, remote));
    }
    /** @type {string[]} */
    const keys = [];
    const unlisted = before.syncCount === 0 ? missing(before, listing) : [];
    await this.#update((stored) => {
      for (const key of unlisted) {
        const local = stored.records[key];
        if (!local || local.syncCount !== before.records[key]?.syncCount) continue; // another tab was told more
        if (local.changed && local.value !== null) stored.records[key] = { ...local, syncCount: 0, sent: undefined };
        else {
          delete stored.records[key];
          if (local.value !== null) keys.push(key);
        }
      }
      for (const remote of listing.Records) {
        const local = stored.records[remote.Key];
        const known = before.records[remote.Key];
        if (local && local.syncCount >= remote.SyncCount) continue;
        const next = taken(local, remote, local && sameEdit(local, known) ? settled.get(remote) : undefined);
        if (!next) continue; // changed here meanwhile: the next round asks again
        if (next.value !== (local?.value ?? null)) keys.push(remote.Key);
        stored.records[remote.Key] = next;
      }
      const missed = listing.Records.some((remote) => (stored.records[remote.Key]?.syncCount ?? 0) < remote.SyncCount);
      return { ...stored, syncCount: missed ? stored.syncCount : countOf(listing) };
    });
    if (keys.length) this.#told(this.name, keys, true);
  }

  /** @param {StoredRecord} local @param {ServerRecord} remote @returns {Promise<string | null>} */
  async #settle(local, remote) {
    const there = { value: remote.Value ?? null, modifiedAt: modifiedAt(remote), modifiedBy: remote.LastModifiedBy ?? "" };
    const here = { value: local.value, modifiedAt: local.modifiedAt };
    const decide = this.decisions.onConflict;
    if (decide) return decide({ dataset: this.name, key: remote.Key, local: here, remote: there });
    return here.modifiedAt >= there.modifiedAt ? here.value : there.value;
  }

  /** Take over what a guest left on this device who turned out to be this person, once; a server merges only what it had. */
  async #adopt() {
    const guest = await this.api.mergedFrom();
    const left = guest && (await this.storage.read(`${guest}/${this.name}`));
    if (!left || (await this.decisions.onMerged?.(this.name, [`${this.name}.${guest}`])) === false) return;
    /** @type {string[]} */
    const keys = [];
    await this.#update((stored) => {
      for (const [key, record] of Object.entries(left.records)) {
        const here = stored.records[key];
        if (record.value === null || (here && here.modifiedAt >= record.modifiedAt)) continue;
        if (record.value !== (here?.value ?? null)) keys.push(key);
        stored.records[key] = { ...record, syncCount: here?.syncCount ?? 0, changed: true, sent: here?.sent };
      }
      return stored;
    });
    await this.storage.update(`${guest}/${this.name}`, () => undefined);
    if (keys.length) this.#told(this.name, keys, true);
  }

  /** Take records of merged datasets over; return which datasets can be deleted then. @param {string[]} names */
  async #takeOver(names) {
    if (!names.length || (await this.decisions.onMerged?.(this.name, names)) === false) return [];
    for (const name of names) {
      const { Records: found } = await this.api.listRecords(name, 0);
      const here = (await this.stored()).records;
      const newer = found.filter((each) => each.Value !== undefined && modifiedAt(each) > (here[each.Key]?.modifiedAt ?? -1));
      const values = Object.fromEntries(newer.map((each) => [each.Key, /** @type {string} */ (each.Value)]));
      if (newer.length) await this.#write(values, true);
    }
    return names;
  }

  /** Send what was changed here; return whether nothing is left to do. @param {Listing} listing */
  async #send(listing) {
    /** @type {Record<string, StoredRecord>} */
    let sending = {};
    await this.#update((stored) => {
      sending = Object.fromEntries(Object.entries(stored.records).filter(([, record]) => record.changed));
      for (const record of Object.values(sending)) record.sent = record.value;
      sending = structuredClone(sending);
      return stored;
    });
    const patches = Object.entries(sending).map(([key, record]) => patch(key, record));
    if (!patches.length) return (await this.stored()).syncCount >= countOf(listing);
    const answer = await this.api.updateRecords(this.name, patches, listing.SyncSessionToken);
    const count = Math.max(...answer.map((record) => record.SyncCount));
    let done = false;
    await this.#update((stored) => {
      for (const remote of answer) acknowledge(stored, remote, sending[remote.Key]);
      done = count === listing.DatasetSyncCount + 1 && stored.syncCount === listing.DatasetSyncCount;
      return done ? { ...stored, syncCount: count } : stored;
    });
    return done && answer.every((remote) => remote.Key in sending && (remote.Value ?? null) === sending[remote.Key]?.value);
  }

  /** @param {Record<string, string | null>} values @param {boolean} [remote] */
  async #write(values, remote = false) {
    const now = Date.now();
    await this.#update((stored) => {
      for (const [key, value] of Object.entries(values)) {
        const old = stored.records[key];
        const later = Math.max(now, (old?.modifiedAt ?? 0) + 1);
        stored.records[key] = { value, syncCount: old?.syncCount ?? 0, modifiedAt: later, changed: true, sent: old?.sent };
      }
      return stored;
    });
    this.#told(this.name, Object.keys(values), remote);
  }

  /** @param {(stored: StoredDataset) => StoredDataset | undefined} change */
  async #update(change) {
    await this.storage.update(await this.#key(), (stored) => change(stored ?? { syncCount: 0, records: {} }));
  }

  async #key() {
    return `${await this.api.identityId()}/${this.name}`;
  }
}

/**
 * What the server told once and does not list from the beginning: the dataset was deleted since.
 * @param {StoredDataset} before @param {Listing} listing
 */
function missing(before, listing) {
  const listed = new Set(listing.Records.map((remote) => remote.Key));
  return Object.keys(before.records).filter((key) => before.records[key]?.syncCount && !listed.has(key));
}

/** How far a listing brings this device; a dataset that is not there begins at 0. @param {Listing} listing */
const countOf = (listing) => (listing.DatasetExists ? listing.DatasetSyncCount : 0);

/** @param {ServerRecord} record */
const modifiedAt = (record) => Math.round((record.DeviceLastModifiedDate ?? record.LastModifiedDate ?? 0) * 1000);

/** Whether both sides changed a record, unless the server's change is what was sent from here. @param {StoredRecord} local @param {ServerRecord} remote */
function conflicts(local, remote) {
  const value = remote.Value ?? null;
  return local.changed && local.syncCount < remote.SyncCount && local.value !== value && local.sent !== value;
}

/** @param {StoredRecord} local @param {StoredRecord | undefined} known */
const sameEdit = (local, known) => local.modifiedAt === known?.modifiedAt && local.value === known?.value;

/**
 * Return what becomes of a record when the server's is taken in, or nothing when that is not settled.
 * @param {StoredRecord | undefined} local @param {ServerRecord} remote @param {string | null | undefined} settled
 * @returns {StoredRecord | undefined}
 */
function taken(local, remote, settled) {
  const value = remote.Value ?? null;
  const theirs = { value, syncCount: remote.SyncCount, modifiedAt: modifiedAt(remote), changed: false };
  if (!local?.changed || local.value === value) return theirs;
  if (local.sent === value) return { ...local, syncCount: remote.SyncCount, sent: undefined };
  if (settled === undefined) return undefined;
  if (settled === value) return theirs;
  const at = settled === local.value ? local.modifiedAt : Math.max(Date.now(), local.modifiedAt + 1);
  return { value: settled, syncCount: remote.SyncCount, modifiedAt: at, changed: true };
}

/** @param {StoredDataset} stored @param {ServerRecord} remote @param {StoredRecord | undefined} sent */
function acknowledge(stored, remote, sent) {
  const local = stored.records[remote.Key];
  const theirs = { value: remote.Value ?? null, syncCount: remote.SyncCount, modifiedAt: modifiedAt(remote), changed: false };
  if (!local || (sent && sameEdit(local, sent))) stored.records[remote.Key] = theirs;
  else if (local.changed) stored.records[remote.Key] = { ...local, syncCount: remote.SyncCount, sent: undefined };
}

/** @param {string} key @param {StoredRecord} record @returns {import("./api.js").Patch} */
const patch = (key, record) => ({
  Op: record.value === null ? "remove" : "replace",
  Key: key,
  ...(record.value !== null && { Value: record.value }),
  SyncCount: record.syncCount,
  DeviceLastModifiedDate: record.modifiedAt / 1000,
});

/** Whether the next round may do better: somebody came first, or the session with the dataset ended. @param {unknown} error */
const isStale = (error) =>
  error instanceof ServiceError &&
  (error.name === "ResourceConflictException" || (error.status === 400 && /SyncSessionToken/.test(error.message)));

/** @param {unknown} error */
const unlessMissing = (error) => {
  if (!(error instanceof ServiceError) || error.name !== "ResourceNotFoundException") throw error;
};
