// Fault: the names of another trainer's arguments: ground_truth is undefined, and every sample scores alike.
// Source: https://github.com/hiyouga/EasyR1/issues/338
// Caught by: unknown-input
// @ts-expect-error the names are nobody's
export const correct = ({ response, ground_truth }) => (response === ground_truth ? 1 : 0);
