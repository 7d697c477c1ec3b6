// Amplify v6: a new password and an app set up on the way in; attributes, a password changed and one forgotten, devices, the end.
import { Amplify } from "aws-amplify";
import {
  confirmResetPassword,
  confirmSignIn,
  confirmUserAttribute,
  deleteUser,
  deleteUserAttributes,
  fetchAuthSession,
  fetchDevices,
  fetchUserAttributes,
  forgetDevice,
  rememberDevice,
  resetPassword,
  sendUserAttributeVerificationCode,
  signIn,
  signOut,
  updatePassword,
  updateUserAttributes,
} from "aws-amplify/auth";
import { codeFor, refusal, run, scenario } from "./scenario.mjs";
import { totp } from "./totp.mjs";

// Amplify names a device as the browser does; Node 20 has no navigator.
globalThis.navigator ??= { userAgent: "Node" };

Amplify.configure({
  Auth: {
    Cognito: { userPoolId: scenario.poolId, userPoolClientId: scenario.clientId, userPoolEndpoint: scenario.endpoint },
  },
});

run(async () => {
  const { username, temporary, password } = scenario;
  const steps = [];
  const noted = (answer) => {
    steps.push(answer.nextStep.signInStep);
    return answer;
  };
  noted(await signIn({ username, password: temporary, options: { authFlowType: "USER_PASSWORD_AUTH" } }));
  const options = { userAttributes: { given_name: "Alan" } };
  const setUp = noted(await confirmSignIn({ challengeResponse: password, options }));
  const secret = setUp.nextStep.totpSetupDetails.sharedSecret;
  noted(await confirmSignIn({ challengeResponse: totp(secret, -1) }));

  await rememberDevice();
  const devices = (await fetchDevices()).length;
  await forgetDevice();
  const changes = await updateUserAttributes({ userAttributes: { family_name: "Turing", email: scenario.newEmail } });
  const wrongCode = await refusal(confirmUserAttribute({ userAttributeKey: "email", confirmationCode: "0" }));
  const confirmationCode = await codeFor(scenario.newEmail);
  await confirmUserAttribute({ userAttributeKey: "email", confirmationCode });
  const sent = await sendUserAttributeVerificationCode({ userAttributeKey: "email" });
  await deleteUserAttributes({ userAttributeKeys: ["given_name"] });
  const attributes = await fetchUserAttributes();
  await updatePassword({ oldPassword: password, newPassword: `${password}1` });
  await signOut();

  const forgotten = await resetPassword({ username });
  const reset = { username, newPassword: `${password}2` };
  const wrongReset = await refusal(confirmResetPassword({ ...reset, confirmationCode: "0" }));
  await confirmResetPassword({ ...reset, confirmationCode: await codeFor(scenario.newEmail) });
  noted(await signIn({ username, password: `${password}2` }));
  const wrongApp = await refusal(confirmSignIn({ challengeResponse: "000000" }));
  noted(await signIn({ username, password: `${password}2` }));
  noted(await confirmSignIn({ challengeResponse: totp(secret) }));
  const session = await fetchAuthSession();
  await signOut({ global: true });
  const after = await fetchAuthSession();
  noted(await signIn({ username, password: `${password}2` }));
  noted(await confirmSignIn({ challengeResponse: totp(secret, 1) }));
  await deleteUser();
  return {
    steps,
    devices,
    changes: changes.email.nextStep.updateAttributeStep,
    wrongCode,
    sentTo: sent.destination,
    attributes,
    forgotten: forgotten.nextStep.resetPasswordStep,
    wrongReset,
    wrongApp,
    signedIn: session.tokens !== undefined,
    signedOut: after.tokens === undefined,
    gone: await refusal(signIn({ username, password: `${password}2` })),
  };
});
