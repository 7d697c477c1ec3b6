/**
 * Return the headers that sign a request, beside those given.
 * @param {string} method
 * @param {URL} url
 * @param {Record<string, string>} headers
 * @param {string} body
 * @param {Scope} scope
 * @returns {Promise<Record<string, string>>}
 */
export function signedHeaders(method: string, url: URL, headers: Record<string, string>, body: string, { credentials, region, now }: Scope): Promise<Record<string, string>>;
/**
 * Return an address for GET that is signed itself and good for some seconds.
 * @param {URL} url
 * @param {number} seconds
 * @param {Scope} scope
 * @returns {Promise<URL>}
 */
export function presigned(url: URL, seconds: number, { credentials, region, now }: Scope): Promise<URL>;
export function encode(value: string): string;
export type Credentials = {
    accessKeyId: string;
    secretAccessKey: string;
    sessionToken?: string | undefined;
    /**
     * when they end; without it they are kept for good
     */
    expiration?: Date | undefined;
    /**
     * whose they are, when the client was not told
     */
    identityId?: string | undefined;
    /**
     * the guest's identity that became part of this one
     */
    mergedFrom?: string | undefined;
};
export type Scope = {
    credentials: Credentials;
    region: string;
    now: Date;
};
