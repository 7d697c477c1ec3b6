// Datasets of one person on this device: at hand without a network, the same everywhere, live while the app is open.

import { Api, backoff, ServiceError } from "./api.js";
import { Dataset } from "./dataset.js";
import { Live } from "./live.js";
import { IndexedDbStorage, MemoryStorage } from "./storage.js";

export { cognitoIdentity } from "./identity.js";
export { presigned, signedHeaders } from "./sign.js";
export { Dataset, IndexedDbStorage, MemoryStorage, ServiceError };

/**
 * @typedef {import("./api.js").ApiOptions} ApiOptions
 * @typedef {import("./dataset.js").Decisions} Decisions
 * @typedef {import("./dataset.js").Conflict} Conflict
 * @typedef {import("./storage.js").Storage} Storage
 * @typedef {import("./sign.js").Credentials} Credentials
 * @typedef {import("./api.js").CredentialsProvider} CredentialsProvider
 * @typedef {import("./identity.js").IdentityOptions} IdentityOptions
 * @typedef {import("./identity.js").Notes} Notes
 */

/**
 * @typedef {object} ClientOptions
 * @property {Storage} [storage] IndexedDB in browsers, memory elsewhere
 * @property {"auto" | "events" | "websocket" | "poll"} [live] how to hear of changes; "auto": server-sent events, polling on AWS
 * @property {number} [pollSeconds] how often to look where there is no live stream; 30
 */

const SETTLE = 50;
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 30_000;

/**
 * Datasets of one identity.
 *
 * Events: `change` with `detail` `{ dataset, keys, remote }` after records changed, here or elsewhere; `state` with
 * `{ state, error }` of the live stream; `error` with `{ dataset, error }` when a synchronization that nobody awaits failed.
 */
export class SyncClient extends EventTarget {
  #api;
  #options;
  #storage;
  /** @type {Map<string, Dataset>} */
  #open = new Map();
  /** @type {Map<string, ReturnType<typeof setTimeout>>} */
  #due = new Map();
  /** @type {Live | undefined} */
  #live;
  /** @type {Set<string>} */
  #failing = new Set();
  #pausing = new AbortController();

  /** @param {ApiOptions & Decisions & ClientOptions} options */
  constructor(options) {
    super();
    this.#options = options;
    this.#api = new Api(options);
    this.#storage = options.storage ?? (typeof indexedDB === "undefined" ? new MemoryStorage() : new IndexedDbStorage());
  }

  /** Open a dataset; what it holds on this device is there at once. @param {string} name */
  dataset(name) {
    let found = this.#open.get(name);
    if (!found) {
      found = new Dataset(name, this.#api, this.#storage, this.#options, (...change) => this.#changed(...change));
      this.#open.set(name, found);
    }
    return found;
  }

  /** Return the names of the datasets on this device and on the server. */
  async datasets() {
    const prefix = `${await this.#api.identityId()}/`;
    const here = (await this.#storage.keys(prefix)).map((key) => key.slice(prefix.length));
    return [...new Set([...here, ...(await this.#api.listDatasets())])].sort();
  }

  /** Synchronize every open dataset. */
  async synchronize() {
    await Promise.all([...this.#open.values()].map((dataset) => dataset.synchronize()));
  }

  /** From now on exchange changes of open datasets with the server as they happen; `stop` ends that. */
  start() {
    if (this.#live) return;
    this.#live = new Live(this.#api, this.#options.live ?? "auto", this.#options.pollSeconds ?? 30, {
      onChange: (change) => this.#heard(change.datasetName, change.syncCount),
      onReady: (told, resumed) => this.#missed(told, resumed),
      onPoll: () => this.#missed(new Set(), false),
      onState: (state, error) => this.#tell("state", { state, error }),
    });
    this.#live.run();
    globalThis.addEventListener?.("online", this.#hurry);
  }

  stop() {
    this.#live?.stop();
    this.#live = undefined;
    globalThis.removeEventListener?.("online", this.#hurry);
    this.#hurry();
    for (const timer of this.#due.values()) clearTimeout(timer);
    this.#due.clear();
  }

  /** Ask for credentials again and show that identity's data: somebody signed in or out. */
  async reauthenticate() {
    const running = Boolean(this.#live);
    this.stop();
    // What began as one identity ends as that one: its counts mean nothing in another's datasets.
    await Promise.all([...this.#open.values()].map((dataset) => dataset.settled()));
    this.#api.forgetCredentials();
    for (const [name, dataset] of this.#open) {
      this.#tell("change", { dataset: name, keys: Object.keys(await dataset.getAll()), remote: true });
    }
    if (running) {
      this.start();
      for (const name of this.#open.keys()) this.#soon(name);
    } else await this.synchronize();
  }

  /** @param {string} name @param {string[]} keys @param {boolean} remote */
  #changed(name, keys, remote) {
    this.#tell("change", { dataset: name, keys, remote });
    if (this.#live && !remote) this.#soon(name);
  }

  /** @param {string} name @param {number} count */
  async #heard(name, count) {
    const dataset = this.#open.get(name);
    if (dataset && (await dataset.stored()).syncCount < count) this.#soon(name);
  }

  /** Synchronize what was changed here meanwhile, and what the server has not told of. @param {Set<string>} told @param {boolean} resumed */
  async #missed(told, resumed) {
    for (const [name, dataset] of this.#open) {
      if ((!resumed && !told.has(name)) || (await dataset.isChanged())) this.#soon(name);
    }
  }

  /** Synchronize a dataset, once for all that changes within a moment. @param {string} name */
  #soon(name) {
    if (this.#due.has(name)) return;
    const run = () => {
      this.#due.delete(name);
      this.#attempt(name, 1);
    };
    this.#due.set(name, setTimeout(run, SETTLE));
  }

  /** Synchronize a dataset, and again, ever later, while the server is not reached. @param {string} name @param {number} number */
  async #attempt(name, number) {
    try {
      await this.dataset(name).synchronize();
    } catch (error) {
      this.#tell("error", { dataset: name, error });
      const final = error instanceof ServiceError && error.status < 500 && error.status !== 429;
      if (!this.#live || final || this.#failing.has(name)) return;
      this.#failing.add(name);
      await backoff(number, FIRST_PAUSE, LONGEST_PAUSE, this.#pausing.signal);
      this.#failing.delete(name);
      if (this.#live) await this.#attempt(name, number + 1);
    }
  }

  /** Try again at once what waits to be tried again. */
  #hurry = () => {
    this.#pausing.abort();
    this.#pausing = new AbortController();
  };

  /** @param {string} type @param {object} detail */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
