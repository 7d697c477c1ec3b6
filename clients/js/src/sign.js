// Signature Version 4 with WebCrypto: as headers, or inside the address for what cannot set headers.

/**
 * @typedef {object} Credentials
 * @property {string} accessKeyId
 * @property {string} secretAccessKey
 * @property {string} [sessionToken]
 * @property {Date} [expiration] when they end; without it they are kept for good
 * @property {string} [identityId] whose they are, when the client was not told
 * @property {string} [mergedFrom] the guest's identity that became part of this one
 */

/**
 * @typedef {object} Scope
 * @property {Credentials} credentials
 * @property {string} region
 * @property {Date} now
 */

const ALGORITHM = "AWS4-HMAC-SHA256";
const SERVICE = "cognito-sync";
const text = new TextEncoder();

/**
 * Return the headers that sign a request, beside those given.
 * @param {string} method
 * @param {URL} url
 * @param {Record<string, string>} headers
 * @param {string} body
 * @param {Scope} scope
 * @returns {Promise<Record<string, string>>}
 */
export async function signedHeaders(method, url, headers, body, { credentials, region, now }) {
  const date = amzDate(now);
  /** @type {Record<string, string>} */
  const sent = { ...headers, "x-amz-date": date };
  if (credentials.sessionToken) sent["x-amz-security-token"] = credentials.sessionToken;
  const named = { ...sent, host: url.host };
  const names = Object.keys(named).sort();
  const lines = names.map((name) => `${name}:${named[/** @type {keyof typeof named} */ (name)].trim()}\n`).join("");
  const request = [method, path(url), query(url), lines, names.join(";"), await sha256(body)].join("\n");
  const made = await signature(request, date, region, credentials.secretAccessKey);
  const credential = `${credentials.accessKeyId}/${scopeOf(date, region)}`;
  sent.authorization = `${ALGORITHM} Credential=${credential}, SignedHeaders=${names.join(";")}, Signature=${made}`;
  return sent;
}

/**
 * Return an address for GET that is signed itself and good for some seconds.
 * @param {URL} url
 * @param {number} seconds
 * @param {Scope} scope
 * @returns {Promise<URL>}
 */
export async function presigned(url, seconds, { credentials, region, now }) {
  const date = amzDate(now);
  const signed = new URL(url);
  signed.searchParams.set("X-Amz-Algorithm", ALGORITHM);
  signed.searchParams.set("X-Amz-Credential", `${credentials.accessKeyId}/${scopeOf(date, region)}`);
  signed.searchParams.set("X-Amz-Date", date);
  signed.searchParams.set("X-Amz-Expires", String(seconds));
  signed.searchParams.set("X-Amz-SignedHeaders", "host");
  if (credentials.sessionToken) signed.searchParams.set("X-Amz-Security-Token", credentials.sessionToken);
  const request = ["GET", path(signed), query(signed), `host:${signed.host}\n`, "host", await sha256("")].join("\n");
  const made = await signature(request, date, region, credentials.secretAccessKey);
  signed.searchParams.set("X-Amz-Signature", made);
  return signed;
}

/** @param {Date} now */
const amzDate = (now) => now.toISOString().replace(/[-:]|\.\d{3}/g, "");

/** @param {string} date @param {string} region */
const scopeOf = (date, region) => `${date.slice(0, 8)}/${region}/${SERVICE}/aws4_request`;

/** @param {string} value */
export const encode = (value) =>
  encodeURIComponent(value).replace(/[!'()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`);

/** The path as it is sent is encoded once more. @param {URL} url */
const path = (url) => url.pathname.split("/").map(encode).join("/");

/** @param {URL} url */
const query = (url) =>
  [...url.searchParams]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join("&");

/** @param {string} request @param {string} date @param {string} region @param {string} secret */
async function signature(request, date, region, secret) {
  let key = text.encode(`AWS4${secret}`);
  for (const part of scopeOf(date, region).split("/")) key = await hmac(key, part);
  return hex(await hmac(key, [ALGORITHM, date, scopeOf(date, region), await sha256(request)].join("\n")));
}

/** @param {Uint8Array<ArrayBuffer>} secret @param {string} message */
async function hmac(secret, message) {
  const key = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, text.encode(message)));
}

/** @param {string} message */
const sha256 = async (message) => hex(new Uint8Array(await crypto.subtle.digest("SHA-256", text.encode(message))));

/** @param {Uint8Array} bytes */
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
