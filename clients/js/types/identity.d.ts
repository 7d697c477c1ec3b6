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
export function cognitoIdentity(options: IdentityOptions): () => Promise<Credentials>;
export type Credentials = import("./sign.js").Credentials;
export type IdentityOptions = {
    region: string;
    identityPoolId: string;
    /**
     * Ostiary's address; without it AWS's own
     */
    endpoint?: string | undefined;
    /**
     * of a guest who was here before
     */
    identityId?: string | undefined;
    /**
     * provider → token; without it a guest
     */
    logins?: (() => Promise<Record<string, string>>) | undefined;
};
