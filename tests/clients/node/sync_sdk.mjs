// @aws-sdk/client-cognito-sync: all 17 operations, those on data with a person's credentials, those on pools with an operator's.
import {
  BulkPublishCommand,
  CognitoSyncClient,
  DeleteDatasetCommand,
  DescribeDatasetCommand,
  DescribeIdentityPoolUsageCommand,
  DescribeIdentityUsageCommand,
  GetBulkPublishDetailsCommand,
  GetCognitoEventsCommand,
  GetIdentityPoolConfigurationCommand,
  ListDatasetsCommand,
  ListIdentityPoolUsageCommand,
  ListRecordsCommand,
  RegisterDeviceCommand,
  SetCognitoEventsCommand,
  SetIdentityPoolConfigurationCommand,
  SubscribeToDatasetCommand,
  UnsubscribeFromDatasetCommand,
  UpdateRecordsCommand,
} from "@aws-sdk/client-cognito-sync";
import { refusal, run, scenario } from "./scenario.mjs";

const { endpoint, region, credentials, operator } = scenario;
const client = (keys) => new CognitoSyncClient({ endpoint, region, credentials: keys, maxAttempts: 1 });
const [app, admin] = [client(credentials), client(operator)];
const identity = { IdentityPoolId: scenario.identityPoolId, IdentityId: scenario.identityId };
const dataset = { ...identity, DatasetName: "game:1" };
const pool = { IdentityPoolId: scenario.identityPoolId };

run(async () => {
  const empty = await app.send(new ListRecordsCommand(dataset));
  const patches = ["a", "b", "c"].map((Key) => ({
    Op: "replace",
    Key,
    Value: `värde ${Key}`,
    SyncCount: 0,
    DeviceLastModifiedDate: new Date(1424801824343),
  }));
  const update = { ...dataset, SyncSessionToken: empty.SyncSessionToken, RecordPatches: patches, DeviceId: "node" };
  const updated = await app.send(new UpdateRecordsCommand(update));
  const conflict = await refusal(app.send(new UpdateRecordsCommand(update)));
  const pages = [];
  let NextToken;
  do {
    const page = await app.send(new ListRecordsCommand({ ...dataset, MaxResults: 2, NextToken }));
    pages.push(page.Records.map((record) => record.Key));
    NextToken = page.NextToken;
  } while (NextToken);
  const described = (await app.send(new DescribeDatasetCommand(dataset))).Dataset;
  const listed = await app.send(new ListDatasetsCommand(identity));
  const usage = (await app.send(new DescribeIdentityUsageCommand(identity))).IdentityUsage;
  const notForPeople = await refusal(app.send(new DescribeIdentityPoolUsageCommand(pool)));
  const ofPool = (await admin.send(new DescribeIdentityPoolUsageCommand(pool))).IdentityPoolUsage;
  const ofPools = (await admin.send(new ListIdentityPoolUsageCommand({}))).IdentityPoolUsages;
  await admin.send(new SetIdentityPoolConfigurationCommand({ ...pool, CognitoStreams: { StreamingStatus: "DISABLED" } }));
  const configuration = await admin.send(new GetIdentityPoolConfigurationCommand(pool));
  const PushSync = { ApplicationArns: [scenario.applicationArn], RoleArn: scenario.roleArn };
  await admin.send(new SetIdentityPoolConfigurationCommand({ ...pool, PushSync }));
  const { DeviceId } = await app.send(new RegisterDeviceCommand({ ...identity, Platform: "GCM", Token: "a-device" }));
  await app.send(new SubscribeToDatasetCommand({ ...dataset, DeviceId }));
  await app.send(new UnsubscribeFromDatasetCommand({ ...dataset, DeviceId }));
  const noSuchDevice = await refusal(app.send(new SubscribeToDatasetCommand({ ...dataset, DeviceId: "nobody" })));
  const Events = { SyncTrigger: `arn:aws:lambda:${region}:${scenario.accountId}:function:sync` };
  await admin.send(new SetCognitoEventsCommand({ ...pool, Events }));
  const events = (await admin.send(new GetCognitoEventsCommand(pool))).Events;
  await admin.send(new SetCognitoEventsCommand({ ...pool, Events: { SyncTrigger: "" } }));
  const notStreaming = await refusal(admin.send(new BulkPublishCommand(pool)));
  const published = (await admin.send(new GetBulkPublishDetailsCommand(pool))).BulkPublishStatus;
  await app.send(new DeleteDatasetCommand(dataset));
  const gone = await refusal(app.send(new DescribeDatasetCommand(dataset)));
  const after = await app.send(new ListRecordsCommand({ ...dataset, LastSyncCount: 1 }));
  return {
    exists: empty.DatasetExists,
    updated: updated.Records.map(({ Key, Value, SyncCount, LastModifiedBy }) => ({ Key, Value, SyncCount, LastModifiedBy })),
    deviceDate: updated.Records[0].DeviceLastModifiedDate.getTime(),
    conflict,
    pages,
    described: { records: described.NumRecords, by: described.LastModifiedBy },
    listed: listed.Datasets.map((each) => each.DatasetName),
    usage: { datasets: usage.DatasetCount, storage: usage.DataStorage },
    notForPeople,
    poolIsListed: ofPools.some((each) => each.IdentityPoolId === ofPool.IdentityPoolId),
    streams: configuration.CognitoStreams,
    deviceId: typeof DeviceId,
    noSuchDevice,
    eventsAreKept: events.SyncTrigger === Events.SyncTrigger,
    notStreaming,
    published,
    gone,
    deletedSince: after.DatasetDeletedAfterRequestedSyncCount,
  };
});
