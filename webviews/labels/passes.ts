/** Which times through the pairs there are. */
import type { LabelState, LabelView } from "../../server/protocol/labels";

/** Passes to choose from: another one as soon as this one has a label, for it goes over what is labelled. */
export const passesOffered = ({ pass }: LabelView, labels: LabelState | null): number =>
  labels !== null && labels.view.pass === pass && labels.done > 0 ? pass + 1 : pass;
