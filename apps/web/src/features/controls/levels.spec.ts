import { LEVELS, levelOf, withLevel } from './levels.js';

const lists = { countersign: ['update'], slackMayApprove: ['list', 'read'] };

test('finds the level of an action', () => {
  expect(['list', 'update', 'delete'].map((action) => levelOf(action, lists))).toEqual([
    'low',
    'high',
    'medium',
  ]);
});

test.each(LEVELS)('moving an action to %s changes the level of no other action', (level) => {
  for (const action of ['list', 'update', 'delete']) {
    const moved = withLevel(lists, action, level);
    expect(levelOf(action, moved)).toBe(level);
    expect(moved.countersign.filter((each) => moved.slackMayApprove.includes(each))).toEqual([]);
    for (const other of ['list', 'read', 'update', 'delete'].filter((each) => each !== action))
      expect(levelOf(other, moved)).toBe(levelOf(other, lists));
  }
});
