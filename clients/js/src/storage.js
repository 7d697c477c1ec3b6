// Where datasets are kept on the device. A dataset is one value, changed in one step.

/**
 * @typedef {object} StoredRecord
 * @property {string | null} value null when it was removed
 * @property {number} syncCount the server's count of it; 0 when the server has not had it
 * @property {number} modifiedAt milliseconds, by the clock of the device that changed it
 * @property {boolean} changed whether the server does not have this value yet
 * @property {string | null} [sent] what was sent and not acknowledged
 */

/**
 * @typedef {object} StoredDataset
 * @property {number} syncCount how far the server's changes are in; -1 when it was deleted here
 * @property {Record<string, StoredRecord>} records
 */

/**
 * What a storage does. `change` is synchronous and is called inside one step that no other tab comes between.
 * @typedef {object} Storage
 * @property {(key: string) => Promise<StoredDataset | undefined>} read
 * @property {(key: string, change: (stored: StoredDataset | undefined) => StoredDataset | undefined) => Promise<void>} update
 * @property {(prefix: string) => Promise<string[]>} keys
 */

/** Keeps datasets as long as the process lives. @implements {Storage} */
export class MemoryStorage {
  /** @type {Map<string, StoredDataset>} */
  #kept = new Map();

  /** @param {string} key */
  async read(key) {
    return structuredClone(this.#kept.get(key));
  }

  /** @param {string} key @param {(stored: StoredDataset | undefined) => StoredDataset | undefined} change */
  async update(key, change) {
    const changed = change(structuredClone(this.#kept.get(key)));
    if (changed) this.#kept.set(key, changed);
    else this.#kept.delete(key);
  }

  /** @param {string} prefix */
  async keys(prefix) {
    return [...this.#kept.keys()].filter((key) => key.startsWith(prefix)).sort();
  }
}

/** Keeps datasets in the browser, for all its tabs. @implements {Storage} */
export class IndexedDbStorage {
  /** @type {Promise<IDBDatabase>} */
  #database;

  /** @param {string} name of the database */
  constructor(name = "ostiary-sync") {
    const opening = indexedDB.open(name, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("datasets");
    this.#database = answer(opening);
  }

  /** @param {string} key @returns {Promise<StoredDataset | undefined>} */
  async read(key) {
    return answer((await this.#store("readonly")).get(key));
  }

  /** @param {string} key @param {(stored: StoredDataset | undefined) => StoredDataset | undefined} change */
  async update(key, change) {
    const store = await this.#store("readwrite");
    const done = finished(store.transaction);
    const reading = store.get(key);
    reading.onsuccess = () => {
      try {
        const changed = change(reading.result);
        if (changed) store.put(changed, key);
        else store.delete(key);
      } catch (error) {
        store.transaction.abort();
        throw error;
      }
    };
    await done;
  }

  /** @param {string} prefix */
  async keys(prefix) {
    const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`);
    return /** @type {string[]} */ (await answer((await this.#store("readonly")).getAllKeys(range)));
  }

  /** @param {IDBTransactionMode} mode */
  async #store(mode) {
    return (await this.#database).transaction("datasets", mode).objectStore("datasets");
  }
}

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
const answer = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** @param {IDBTransaction} transaction @returns {Promise<void>} */
const finished = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error("The change was not kept."));
  });
