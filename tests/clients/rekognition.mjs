// The AWS SDK for JavaScript against a running Tagloop: `node rekognition.mjs URL ID SECRET CAT`.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import {
  DetectLabelsCommand,
  DetectModerationLabelsCommand,
  InvalidImageFormatException,
  AccessDeniedException,
  RekognitionClient,
} from "@aws-sdk/client-rekognition";

const [url, accessKeyId, secretAccessKey, cat] = process.argv.slice(2);

function clientWith(secret) {
  return new RekognitionClient({
    endpoint: `${url}/compat/rekognition`,
    region: "eu-central-1",
    credentials: { accessKeyId, secretAccessKey: secret },
    maxAttempts: 1,
  });
}

const client = clientWith(secretAccessKey);
const Image = { Bytes: readFileSync(cat) };
const answer = await client.send(new DetectLabelsCommand({ Image, MaxLabels: 10 }));
assert.ok(answer.Labels.some((label) => label.Name === "Cat"));
assert.equal(answer.Labels.length <= 10, true);
assert.match(answer.$metadata.requestId, /^[0-9a-f-]{36}$/);

const nothing = new DetectLabelsCommand({ Image: { Bytes: new Uint8Array([1, 2, 3]) } });
await assert.rejects(client.send(nothing), InvalidImageFormatException);
const moderation = new DetectModerationLabelsCommand({ Image });
await assert.rejects(client.send(moderation), AccessDeniedException);
const wrong = clientWith("wrong").send(new DetectLabelsCommand({ Image }));
await assert.rejects(wrong, { name: "InvalidSignatureException" });
console.log("ok");
