// Amplify v6: in by a code that is mailed (USER_AUTH), an authenticator app set up and asked for, the device remembered.
import { Amplify } from "aws-amplify";
import {
  autoSignIn,
  confirmSignIn,
  confirmSignUp,
  fetchAuthSession,
  fetchDevices,
  fetchMFAPreference,
  setUpTOTP,
  signIn,
  signOut,
  signUp,
  updateMFAPreference,
  verifyTOTPSetup,
} from "aws-amplify/auth";
import { codeFor, run, scenario } from "./scenario.mjs";
import { totp } from "./totp.mjs";

// Amplify names a device as the browser does; Node 20 has no navigator.
globalThis.navigator ??= { userAgent: "Node" };

Amplify.configure({
  Auth: {
    Cognito: { userPoolId: scenario.poolId, userPoolClientId: scenario.clientId, userPoolEndpoint: scenario.endpoint },
  },
});

run(async () => {
  const { username, password, email } = scenario;
  const options = { userAttributes: { email }, autoSignIn: { authFlowType: "USER_AUTH" } };
  await signUp({ username, password, options });
  const confirmed = await confirmSignUp({ username, confirmationCode: await codeFor(email) });
  const automatic = await autoSignIn();
  await signOut();

  const byMail = await signIn({ username, options: { authFlowType: "USER_AUTH", preferredChallenge: "EMAIL_OTP" } });
  const mailed = await confirmSignIn({ challengeResponse: await codeFor(email) });

  await signOut();
  const offered = await signIn({ username, options: { authFlowType: "USER_AUTH" } });
  const chosen = await confirmSignIn({ challengeResponse: "PASSWORD_SRP" });
  const byChoice = await confirmSignIn({ challengeResponse: password });

  const setUp = await setUpTOTP();
  await verifyTOTPSetup({ code: totp(setUp.sharedSecret, -1) });
  await updateMFAPreference({ totp: "PREFERRED" });
  const preference = await fetchMFAPreference();
  await signOut();

  const bySrp = await signIn({ username, password });
  const coded = bySrp.isSignedIn ? bySrp : await confirmSignIn({ challengeResponse: totp(setUp.sharedSecret) });
  const session = await fetchAuthSession();
  const devices = await fetchDevices();
  return {
    afterConfirming: confirmed.nextStep.signUpStep,
    automatic: automatic.isSignedIn,
    byMail: byMail.nextStep.signInStep,
    mailed: mailed.isSignedIn,
    offered: offered.nextStep.availableChallenges,
    chosen: [offered, chosen, byChoice].map((answer) => answer.nextStep.signInStep),
    preferred: preference.preferred,
    bySrp: bySrp.nextStep.signInStep,
    coded: coded.isSignedIn,
    devices: devices.length,
    accessToken: session.tokens.accessToken.toString(),
  };
});
