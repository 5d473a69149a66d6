/** A long text to compare or to type by hand: four signs at a time, large. Read and copied as one text. */
export function InGroups({ text }: { text: string }) {
  const groups = text.match(/.{1,4}/g) ?? [];
  return (
    <p className="groups">
      {groups.map((group, index) => (
        // Groups repeat; only their places tell them apart.
        // biome-ignore lint/suspicious/noArrayIndexKey: the text never changes its order
        <span key={index}>{group}</span>
      ))}
    </p>
  );
}
