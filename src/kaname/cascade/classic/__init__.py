"""Classic ARIO on dense inter-country tables, as published and as BoARIO runs it: to compare with, and very fast."""

from kaname.cascade.classic.events import CapacityLoss, CapitalLoss, Event, Rebuild, Recovery
from kaname.cascade.classic.settings import Settings
from kaname.cascade.classic.simulate import simulate
from kaname.cascade.classic.trace import Trace

__all__ = ["CapacityLoss", "CapitalLoss", "Event", "Rebuild", "Recovery", "Settings", "Trace", "simulate"]
