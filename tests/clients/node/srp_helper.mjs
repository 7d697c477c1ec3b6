// cognito-srp-helper with the third SDK and a client that has a secret: SRP, a new password, a device remembered and signed in from.
import {
  CognitoIdentityProviderClient,
  ConfirmDeviceCommand,
  GetUserCommand,
  InitiateAuthCommand,
  ListDevicesCommand,
  RespondToAuthChallengeCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import {
  createDeviceVerifier,
  createSecretHash,
  createSrpSession,
  signSrpSession,
  signSrpSessionWithDevice,
  wrapAuthChallenge,
  wrapInitiateAuth,
} from "cognito-srp-helper";
import { refusal, run, scenario } from "./scenario.mjs";

const { endpoint, region, clientId, poolId, username, secret } = scenario;
const client = new CognitoIdentityProviderClient({ endpoint, region, maxAttempts: 1 });
const SECRET_HASH = createSecretHash(username, clientId, secret);

// What PASSWORD_VERIFIER is answered with, and the session that went into it.
async function proven(password, device = {}) {
  const session = createSrpSession(username, password, poolId, false);
  const AuthParameters = { CHALLENGE_NAME: "SRP_A", SECRET_HASH, USERNAME: username, ...device };
  const request = { ClientId: clientId, AuthFlow: "USER_SRP_AUTH", AuthParameters };
  const asked = await client.send(new InitiateAuthCommand(wrapInitiateAuth(session, request)));
  const signed = signSrpSession(session, asked);
  const answered = await respond("PASSWORD_VERIFIER", device, asked.Session, signed);
  return { session, signed, answered };
}

function respond(ChallengeName, responses, Session, signed) {
  const ChallengeResponses = { SECRET_HASH, USERNAME: username, ...responses };
  const request = { ClientId: clientId, ChallengeName, ChallengeResponses, Session };
  return client.send(new RespondToAuthChallengeCommand(signed ? wrapAuthChallenge(signed, request) : request));
}

run(async () => {
  const { temporary, password } = scenario;
  const wrong = await refusal(proven(`${temporary}x`));
  const invited = (await proven(temporary)).answered;
  const renewed = await respond("NEW_PASSWORD_REQUIRED", { NEW_PASSWORD: password }, invited.Session);
  const first = (await proven(password)).answered.AuthenticationResult;
  const { DeviceKey, DeviceGroupKey } = first.NewDeviceMetadata;
  const verifier = createDeviceVerifier(DeviceKey, DeviceGroupKey);
  const { DeviceSecretVerifierConfig, DeviceRandomPassword } = verifier;
  const AccessToken = first.AccessToken;
  await client.send(new ConfirmDeviceCommand({ AccessToken, DeviceKey, DeviceName: "Node", DeviceSecretVerifierConfig }));
  const { Devices } = await client.send(new ListDevicesCommand({ AccessToken }));

  const device = { DEVICE_KEY: DeviceKey };
  const { session, signed, answered } = await proven(password, device);
  const srp = await respond("DEVICE_SRP_AUTH", device, answered.Session, signed);
  const withDevice = signSrpSessionWithDevice(session, srp, DeviceGroupKey, DeviceRandomPassword);
  const known = await respond("DEVICE_PASSWORD_VERIFIER", device, srp.Session, withDevice);
  const person = await client.send(new GetUserCommand({ AccessToken: known.AuthenticationResult.AccessToken }));
  return {
    wrong,
    invited: invited.ChallengeName,
    renewed: renewed.AuthenticationResult !== undefined,
    devices: Devices.map((each) => each.DeviceKey === DeviceKey),
    asked: [answered.ChallengeName, srp.ChallengeName],
    again: known.AuthenticationResult.NewDeviceMetadata === undefined,
    username: person.Username,
  };
});
