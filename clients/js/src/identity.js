// Credentials of an identity pool: for a guest, or for somebody who signed in.

import { ServiceError } from "./api.js";

/** @typedef {import("./sign.js").Credentials} Credentials */

/**
 * @typedef {object} IdentityOptions
 * @property {string} region
 * @property {string} identityPoolId
 * @property {string} [endpoint] Ostiary's address; without it AWS's own
 * @property {string} [identityId] of a guest who was here before
 * @property {() => Promise<Record<string, string>>} [logins] provider → token; without it a guest
 */

/**
 * Return a function for the client's `credentials`.
 * @param {IdentityOptions} options
 * @returns {() => Promise<Credentials>}
 */
export function cognitoIdentity(options) {
  const endpoint = options.endpoint ?? `https://cognito-identity.${options.region}.amazonaws.com`;
  let identityId = options.identityId;

  /** @param {string} operation @param {object} body */
  const call = async (operation, body) => {
    const headers = {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `AWSCognitoIdentityService.${operation}`,
    };
    const answer = await fetch(endpoint, { method: "POST", headers, body: JSON.stringify(body) });
    const told = await answer.json();
    if (!answer.ok) throw new ServiceError(told.__type ?? `Http${answer.status}`, told.message ?? "", answer.status);
    return told;
  };

  return async () => {
    const logins = options.logins ? { Logins: await options.logins() } : {};
    identityId ??= (await call("GetId", { IdentityPoolId: options.identityPoolId, ...logins })).IdentityId;
    const told = await call("GetCredentialsForIdentity", { IdentityId: identityId, ...logins });
    identityId = told.IdentityId;
    const { AccessKeyId, SecretKey, SessionToken, Expiration } = told.Credentials;
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretKey,
      sessionToken: SessionToken,
      expiration: new Date(Expiration * 1000),
      identityId: told.IdentityId,
    };
  };
}
