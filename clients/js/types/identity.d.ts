/**
 * Return a function for the client's `credentials`. A guest who signs in becomes that person, or part of them: then the
 * credentials say so, as `mergedFrom`. The function's `lastIdentityId` is who it was, for when there is no network.
 * @param {IdentityOptions} options
 * @returns {import("./api.js").CredentialsProvider}
 */
export function cognitoIdentity(options: IdentityOptions): import("./api.js").CredentialsProvider;
export type Note = {
    id?: string;
    who?: string;
    from?: string;
    into?: string;
};
export type Credentials = import("./sign.js").Credentials;
/**
 * Keeps a few texts; `localStorage` is one.
 */
export type Notes = {
    getItem: (name: string) => string | null;
    setItem: (name: string, value: string) => void;
    removeItem: (name: string) => void;
};
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
     * provider → token; without any, a guest
     */
    logins?: (() => Promise<Record<string, string> | undefined>) | undefined;
    /**
     * where a guest's identity is remembered, so that the same guest comes back; `localStorage`, if there is one
     */
    notes?: Notes | undefined;
    fetch?: typeof fetch | undefined;
};
