/** The tours, which the command's verb `tour` loads and plays. */
export { playAttackerTour } from './attacker/attacker-tour.js';
export { compromisedBroker } from './attacker/compromised-broker.js';
export { ATTACKER_CLOSING, ATTACKER_OPENING, CLOSING, OPENING, stepText, TourError } from './step.js';
export { playTour, requireRunning, type TourOptions } from './tour.js';
