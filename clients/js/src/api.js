// The operations of Cognito Sync that a device needs, signed, on Ostiary's address or on AWS's own.

import { encode, presigned, signedHeaders } from "./sign.js";

/** @typedef {import("./sign.js").Credentials} Credentials */

/**
 * Answers credentials. `lastIdentityId` is whose they were the last time, as far as that is still who asks: it opens what is
 * on this device when there is no network.
 * @typedef {(() => Promise<Credentials>) & { lastIdentityId?: () => Promise<string | undefined> }} CredentialsProvider
 */

/**
 * @typedef {object} ServerRecord
 * @property {string} Key
 * @property {string} [Value]
 * @property {number} SyncCount
 * @property {number} [LastModifiedDate]
 * @property {string} [LastModifiedBy]
 * @property {number} [DeviceLastModifiedDate]
 */

/**
 * @typedef {object} Listing
 * @property {ServerRecord[]} Records
 * @property {number} DatasetSyncCount
 * @property {boolean} DatasetExists
 * @property {boolean} DatasetDeletedAfterRequestedSyncCount
 * @property {string[]} [MergedDatasetNames]
 * @property {string} SyncSessionToken
 * @property {string} [NextToken]
 */

/**
 * @typedef {object} Patch
 * @property {"replace" | "remove"} Op
 * @property {string} Key
 * @property {string} [Value]
 * @property {number} SyncCount
 * @property {number} DeviceLastModifiedDate
 */

/**
 * @typedef {object} ApiOptions
 * @property {string} region
 * @property {string} identityPoolId
 * @property {string} [identityId] whose datasets; without it the credentials' own
 * @property {string} [endpoint] Ostiary's address; without it AWS's own
 * @property {CredentialsProvider} credentials asked again before they end, and when they were refused
 * @property {string} [deviceId]
 * @property {typeof fetch} [fetch]
 * @property {() => number} [now] milliseconds since the epoch
 */

const EARLY = 5 * 60_000;
const ATTEMPTS = 4;
const PAGE = 1024;
const REFUSED = new Set(["ExpiredTokenException", "UnrecognizedClientException", "InvalidSignatureException"]);

/** What the service answered instead: `name` is AWS's name of the error. */
export class ServiceError extends Error {
  /** @param {string} name @param {string} message @param {number} status */
  constructor(name, message, status) {
    super(message);
    this.name = name;
    this.status = status;
  }
}

export class Api {
  #options;
  #fetch;
  #skew = 0;
  /** @type {Promise<Credentials> | undefined} */
  #credentials;

  /** @param {ApiOptions} options */
  constructor(options) {
    this.#options = options;
    this.#fetch = options.fetch ?? ((/** @type {RequestInfo | URL} */ url, /** @type {RequestInit} */ init) => fetch(url, init));
  }

  /** Whether this is AWS's own service, which has no live streams. */
  get isAws() {
    return /(^|\.)amazonaws\.com(\.cn)?$/.test(new URL(this.#endpoint).hostname);
  }

  /** Return credentials that hold for a while. */
  async credentials() {
    const kept = await this.#credentials?.catch(() => undefined);
    if (!kept || (kept.expiration && kept.expiration.getTime() - EARLY < this.#now())) this.forgetCredentials();
    this.#credentials ??= this.#options.credentials();
    return this.#credentials;
  }

  /** Ask for other credentials next time. */
  forgetCredentials() {
    this.#credentials = undefined;
  }

  /** Return whose datasets these are. */
  async identityId() {
    const id = this.#options.identityId ?? (await this.#ownIdentityId());
    if (!id) throw new TypeError("Neither the options nor the credentials say the identityId.");
    return id;
  }

  /** Return the guest's identity that became part of this one, if any. */
  async mergedFrom() {
    return (await this.credentials()).mergedFrom;
  }

  async #ownIdentityId() {
    try {
      return (await this.credentials()).identityId;
    } catch (error) {
      const last = error instanceof ServiceError ? undefined : await this.#options.credentials.lastIdentityId?.();
      if (last) return last;
      throw error;
    }
  }

  /** @param {string} dataset @param {number} since @returns {Promise<Listing>} all pages as one */
  async listRecords(dataset, since) {
    /** @type {ServerRecord[]} */
    const records = [];
    /** @type {Record<string, string>} */
    const query = { lastSyncCount: String(since), maxResults: String(PAGE) };
    for (;;) {
      /** @type {Listing} */
      const page = await this.#call("GET", `datasets/${encode(dataset)}/records`, query);
      records.push(...page.Records);
      if (!page.NextToken) return { ...page, Records: records };
      Object.assign(query, { nextToken: page.NextToken, syncSessionToken: page.SyncSessionToken });
    }
  }

  /** @param {string} dataset @param {Patch[]} patches @param {string} token @returns {Promise<ServerRecord[]>} */
  async updateRecords(dataset, patches, token) {
    const device = this.#options.deviceId ? { DeviceId: this.#options.deviceId } : {};
    const body = { RecordPatches: patches, SyncSessionToken: token, ...device };
    return (await this.#call("POST", `datasets/${encode(dataset)}`, {}, body)).Records;
  }

  /** @param {string} dataset */
  async deleteDataset(dataset) {
    await this.#call("DELETE", `datasets/${encode(dataset)}`);
  }

  /** @returns {Promise<string[]>} the names of all datasets that the server has */
  async listDatasets() {
    /** @type {string[]} */
    const names = [];
    /** @type {Record<string, string>} */
    const query = { maxResults: "64" };
    for (;;) {
      const page = await this.#call("GET", "datasets", query);
      names.push(...page.Datasets.map((/** @type {{ DatasetName: string }} */ each) => each.DatasetName));
      if (!page.NextToken) return names;
      query.nextToken = page.NextToken;
    }
  }

  /** Open the live stream. @param {string} lastId @param {AbortSignal} signal */
  async openEvents(lastId, signal) {
    /** @type {Record<string, string>} */
    const headers = { accept: "text/event-stream" };
    const url = await this.#url("live");
    const signed = await signedHeaders("GET", url, headers, "", await this.#scope());
    if (lastId) signed["last-event-id"] = lastId;
    const answer = await this.#fetch(url, { headers: signed, signal, cache: "no-store" });
    if (!answer.ok) throw await this.#error(answer);
    return answer;
  }

  /** Return the address of the live stream for a WebSocket. @param {string} lastId */
  async socketUrl(lastId) {
    const url = await this.#url("live", lastId ? { lastEventId: lastId } : {});
    const signed = await presigned(url, 60, await this.#scope());
    signed.protocol = signed.protocol.replace("http", "ws");
    return signed;
  }

  get #endpoint() {
    return this.#options.endpoint ?? `https://cognito-sync.${this.#options.region}.amazonaws.com`;
  }

  #now() {
    return (this.#options.now ?? Date.now)();
  }

  async #scope() {
    const credentials = await this.credentials();
    return { credentials, region: this.#options.region, now: new Date(this.#now() + this.#skew) };
  }

  /** @param {string} rest @param {Record<string, string>} [query] */
  async #url(rest, query = {}) {
    const base = `${this.#endpoint.replace(/\/$/, "")}/identitypools/${encode(this.#options.identityPoolId)}`;
    const url = new URL(`${base}/identities/${encode(await this.identityId())}/${rest}`);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return url;
  }

  /**
   * Call an operation; again when the server is busy, the clock was wrong or the credentials had ended.
   * @param {string} method @param {string} rest @param {Record<string, string>} [query] @param {object} [body]
   * @returns {Promise<any>}
   */
  async #call(method, rest, query, body) {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#send(method, rest, query, body);
      } catch (error) {
        if (!(error instanceof ServiceError) || attempt === ATTEMPTS) throw error;
        if (REFUSED.has(error.name) && attempt === 1) this.forgetCredentials();
        else if (error.status === 429 || error.status >= 500) await backoff(attempt, 100, 5000);
        else throw error;
      }
    }
  }

  /** @param {string} method @param {string} rest @param {Record<string, string>} [query] @param {object} [body] */
  async #send(method, rest, query, body) {
    const url = await this.#url(rest, query);
    const text = body ? JSON.stringify(body) : "";
    /** @type {Record<string, string>} */
    const headers = body ? { "content-type": "application/x-amz-json-1.1" } : {};
    const signed = await signedHeaders(method, url, headers, text, await this.#scope());
    const answer = await this.#fetch(url, { method, headers: signed, ...(body && { body: text }) });
    if (!answer.ok) throw await this.#error(answer);
    return answer.json();
  }

  /** @param {Response} answer */
  async #error(answer) {
    const date = Date.parse(answer.headers.get("date") ?? "");
    if (date && answer.status === 403) this.#skew = Math.abs(date - this.#now()) > 60_000 ? date - this.#now() : 0;
    const told = await answer.json().catch(() => ({}));
    const name = (answer.headers.get("x-amzn-errortype") ?? told.__type ?? "").split(":")[0].split("#").pop();
    return new ServiceError(name || `Http${answer.status}`, told.message ?? told.Message ?? "", answer.status);
  }
}

/**
 * Wait a random time that grows with every attempt, so that clients that failed together do not return together.
 * @param {number} attempt from 1 @param {number} first milliseconds @param {number} longest @param {AbortSignal} [signal]
 * @returns {Promise<void>}
 */
export function backoff(attempt, first, longest, signal) {
  return pause(Math.random() * Math.min(longest, first * 2 ** attempt), signal);
}

/** Wait, or until the signal. @param {number} milliseconds @param {AbortSignal} [signal] @returns {Promise<void>} */
export function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener("abort", done);
  });
}
