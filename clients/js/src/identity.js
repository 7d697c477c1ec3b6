// Credentials of an identity pool: for a guest, or for somebody who signed in.

import { ServiceError } from "./api.js";

/** @typedef {import("./sign.js").Credentials} Credentials */

/**
 * Keeps a few texts; `localStorage` is one.
 * @typedef {object} Notes
 * @property {(name: string) => string | null} getItem
 * @property {(name: string, value: string) => void} setItem
 * @property {(name: string) => void} removeItem
 */

/**
 * @typedef {object} IdentityOptions
 * @property {string} region
 * @property {string} identityPoolId
 * @property {string} [endpoint] Ostiary's address; without it AWS's own
 * @property {string} [identityId] of a guest who was here before
 * @property {() => Promise<Record<string, string> | undefined>} [logins] provider → token; without any, a guest
 * @property {Notes} [notes] where a guest's identity is remembered, so that the same guest comes back; `localStorage`, if there is one
 * @property {typeof fetch} [fetch]
 */

const FORGOTTEN = new Set(["ResourceNotFoundException", "NotAuthorizedException"]);

/**
 * Return a function for the client's `credentials`. A guest who signs in becomes that person, or part of them: then the
 * credentials say so, as `mergedFrom`. The function's `lastIdentityId` is who it was, for when there is no network.
 * @param {IdentityOptions} options
 * @returns {import("./api.js").CredentialsProvider}
 */
export function cognitoIdentity(options) {
  const notes = notesOf(options);
  const call = caller(options);
  let guest = options.identityId ?? notes.read("guest")?.id ?? "";

  /** @param {string} identityId @param {object} logins */
  const credentialsOf = (identityId, logins) => call("GetCredentialsForIdentity", { IdentityId: identityId, ...logins });

  /** Return credentials of an identity from before, or nothing when it is no more, or another's. @param {string} identityId @param {object} logins */
  const again = async (identityId, logins) => {
    try {
      return identityId ? await credentialsOf(identityId, logins) : undefined;
    } catch (error) {
      if (error instanceof ServiceError && FORGOTTEN.has(error.name)) return undefined;
      throw error;
    }
  };

  /** @param {object} logins */
  const anew = async (logins) =>
    credentialsOf((await call("GetId", { IdentityPoolId: options.identityPoolId, ...logins })).IdentityId, logins);

  const asGuest = async () => {
    const told = (await again(guest, {})) ?? (await anew({}));
    guest = told.IdentityId;
    notes.write("guest", { id: guest });
    return told;
  };

  /** @param {Record<string, string>} tokens */
  const asPerson = async (tokens) => {
    const logins = { Logins: tokens };
    const become = await again(guest, logins);
    if (become && become.IdentityId !== guest) notes.write("merge", { from: guest, into: become.IdentityId });
    const told = become ?? (await anew(logins));
    notes.write("person", { id: told.IdentityId, who: subjects(tokens) });
    notes.write("guest", undefined);
    guest = "";
    return told;
  };

  const tokens = async () => (await options.logins?.()) ?? {};

  const provide = async () => {
    const given = await tokens();
    const told = Object.keys(given).length ? await asPerson(given) : await asGuest();
    const merge = notes.read("merge");
    const { AccessKeyId, SecretKey, SessionToken, Expiration } = told.Credentials;
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretKey,
      sessionToken: SessionToken,
      expiration: new Date(Expiration * 1000),
      identityId: told.IdentityId,
      ...(merge?.into === told.IdentityId && { mergedFrom: merge?.from }),
    };
  };

  const lastIdentityId = async () => {
    const given = await tokens();
    if (!Object.keys(given).length) return guest || undefined;
    const last = notes.read("person");
    return last?.who && last.who === subjects(given) ? last.id : undefined;
  };
  return Object.assign(provide, { lastIdentityId });
}

/** Say whose tokens these are; nothing when they are no JWTs. @param {Record<string, string>} tokens */
function subjects(tokens) {
  try {
    const found = Object.entries(tokens).map(([provider, token]) => {
      const claims = JSON.parse(atob((token.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/")));
      return `${provider} ${claims.sub}`;
    });
    return found.sort().join("\n");
  } catch {
    return undefined;
  }
}

/** Return a function that calls an operation of identity pools. @param {IdentityOptions} options */
function caller(options) {
  const endpoint = options.endpoint ?? `https://cognito-identity.${options.region}.amazonaws.com`;
  /** @param {string} operation @param {object} body */
  return async (operation, body) => {
    const headers = {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `AWSCognitoIdentityService.${operation}`,
    };
    const answer = await (options.fetch ?? fetch)(endpoint, { method: "POST", headers, body: JSON.stringify(body) });
    const told = await answer.json();
    const name = (told.__type ?? `Http${answer.status}`).split("#").pop();
    if (!answer.ok) throw new ServiceError(name, told.message ?? "", answer.status);
    return told;
  };
}

/** @typedef {{ id?: string, who?: string, from?: string, into?: string }} Note */

/** Return what reads and writes notes about a pool. @param {IdentityOptions} options */
function notesOf(options) {
  /** @type {Map<string, string>} */
  const here = new Map();
  const memory = {
    getItem: (/** @type {string} */ name) => here.get(name) ?? null,
    setItem: (/** @type {string} */ name, /** @type {string} */ value) => void here.set(name, value),
    removeItem: (/** @type {string} */ name) => void here.delete(name),
  };
  const kept = options.notes ?? (typeof localStorage === "undefined" ? memory : localStorage);
  const named = (/** @type {string} */ name) => `ostiary-sync.${name}.${options.identityPoolId}`;
  return {
    /** @param {string} name @returns {Note | undefined} */
    read: (name) => JSON.parse(kept.getItem(named(name)) ?? "null") ?? undefined,
    /** @param {string} name @param {Note | undefined} note */
    write: (name, note) => (note ? kept.setItem(named(name), JSON.stringify(note)) : kept.removeItem(named(name))),
  };
}
