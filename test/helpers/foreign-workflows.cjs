// Workflows of somebody else that go by the names of patterns: they answer whatever their input says, and end with it.
const { condition, defineQuery, setHandler } = require('@temporalio/workflow');

async function foreign({ answers = {}, result, ends = false } = {}) {
  for (const [name, answer] of Object.entries(answers)) setHandler(defineQuery(name), () => answer);
  await condition(() => ends);
  return result;
}
exports.pipeline = foreign;
exports.treeOfThought = foreign;
