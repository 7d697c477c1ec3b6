// aws-jwt-verify, unmodified: reads a token a line and answers each with what the verifiers that are meant for it say.
import { createInterface } from "node:readline";
import { CognitoJwtVerifier, JwtVerifier } from "aws-jwt-verify";
import { SimpleJwksCache } from "aws-jwt-verify/jwk";

const scenario = JSON.parse(process.env.SCENARIO);
let fetched = 0;
// Its own fetcher speaks HTTPS only, and asks at amazonaws.com; the server of the test is on loopback.
const fetcher = {
  async fetch() {
    fetched += 1;
    return (await fetch(scenario.jwks)).arrayBuffer();
  },
};
const options = () => ({ jwksCache: new SimpleJwksCache({ fetcher }) });
const { issuer, jwks, poolId, clientId } = scenario;
const verifiers = scenario.cognito
  ? ["id", "access"].map((tokenUse) => CognitoJwtVerifier.create({ userPoolId: poolId, clientId, tokenUse }, options()))
  : [JwtVerifier.create({ issuer, jwksUri: jwks, audience: clientId }, options())];

for await (const token of createInterface({ input: process.stdin })) {
  const said = await Promise.all(
    verifiers.map((verifier) => verifier.verify(token).then((claims) => claims.sub, (error) => error.constructor.name)),
  );
  console.log(JSON.stringify({ said, fetched }));
}
