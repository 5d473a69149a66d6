/** The tours, for the command's verb `tour` alone. */
export { playAttackerTour } from './attacker/attacker-tour.js';
export { compromisedBroker } from './attacker/compromised-broker.js';
export { ATTACKER_CLOSING, ATTACKER_OPENING, CLOSING, OPENING, stepText, TourError } from './step.js';
export { playTour, requireRunning, type TourOptions } from './tour.js';
