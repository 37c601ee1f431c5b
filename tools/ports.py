"""One port for each country: chosen by hand, large and well known, or the usual way out of a landlocked land.

A line is ``iso3|port|note``; the port is a UN/LOCODE in searoute's own port list, or ``-name;lon;lat``. One
port a country is a simplification: it is the port that matters for raw materials towards Asia.
"""

from __future__ import annotations

CHOSEN = """
AFG|PKKHI|via Pakistan
AGO|AOLAD|
ALB|ALDRZ|
ARE|AEJEA|inside the Gulf; Fujairah, outside, is the end of a pipeline round Hormuz
ARG|ARBUE|
ARM|GEPTI|via Georgia
AUS|AUPHE|
AUT|SIKOP|via Slovenia
AZE|GEPTI|via Georgia: the Caspian is closed to the sea
BDI|TZDAR|via Tanzania
BEL|BEANR|
BEN|BJCOO|
BFA|CIABJ|via Côte d'Ivoire
BGD|BDCGP|
BGR|BGVAR|
BHR|BHMSN|
BIH|HRPLE|via Croatia
BLR|LTKLJ|via Lithuania
BOL|CLARI|via Chile
BRA|BRSSZ|
BRN|BNMUA|
BTN|INCCU|via India
BWA|ZADUR|via South Africa
CAN|CAVAN|Pacific coast; Montreal and Sept-Iles serve the Atlantic
CHE|NLRTM|via the Netherlands
CHL|CLSAI|
CHN|CNSHA|
CIV|CIABJ|
CMR|CMDLA|
COD|CDMAT|
COG|CGPNR|
COL|COCTG|
CRI|CRLIO|
CUB|CUHAV|
CYP|CYLMS|
CZE|DEHAM|via Germany
DEU|DEHAM|
DJI|DJJIB|
DNK|DKAAR|
DOM|DOHAI|
DZA|DZALG|
ECU|ECGYE|
EGY|EGPSD|
ERI|ERMSW|
ESP|ESALG|
EST|EETLL|
ETH|DJJIB|via Djibouti
FIN|FIHEL|
FRA|FRLEH|
GAB|GALBV|
GBR|GBFXT|
GEO|GEPTI|
GHA|GHTEM|
GIN|GNCKY|
GMB|GMBJL|
GNQ|GQSSG|
GRC|GRPIR|
GRL|-Nuuk;-51.72;64.17|
GTM|GTSTC|
GUY|GYGEO|
HKG|HKHKG|
HND|HNPCR|
HRV|HRRJK|
HUN|SIKOP|via Slovenia
IDN|IDJKT|
IND|INNSA|west coast
IRL|IEDUB|
IRN|-Kharg Island;50.32;29.23|inside the Gulf, where the oil is loaded
IRQ|IQUQR|
ISL|ISREY|
ISR|ILHFA|
ITA|ITGOA|
JAM|JMKIN|
JOR|JOAQB|
JPN|JPTYO|
KAZ|GEPTI|via Georgia; the Caspian is closed to the sea
KEN|KEMBA|
KGZ|CNLYG|via China
KHM|KHKOS|
KOR|KRPUS|
KWT|KWSAA|
LAO|VNDAD|via Viet Nam
LBN|LBBEY|
LBR|LRMLW|
LBY|LYTIP|
LKA|LKCMB|
LTU|LTKLJ|
LUX|BEANR|via Belgium
LVA|LVRIX|
MAR|MACAS|
MDA|UAODS|via Ukraine
MDG|MGTOA|
MEX|MXLZC|Pacific coast
MKD|GRSKG|via Greece
MLI|SNDKR|via Senegal
MLT|MTMAR|
MMR|MMRGN|
MNE|MEBAR|
MNG|CNTSN|via China
MOZ|MZBEW|
MRT|MRNDB|
MUS|MUPLU|
MWI|MZBEW|via Mozambique
MYS|MYPKG|
NAM|NAWVB|
NCL|NCNOU|
NER|BJCOO|via Benin
NGA|NGLOS|
NIC|NICIO|
NLD|NLRTM|
NOR|NOBGO|
NPL|INCCU|via India
NRU|NRINU|
NZL|NZTRG|
OMN|OMSLL|outside the Gulf
PAK|PKKHI|
PAN|PAONX|
PER|PECLL|
PHL|PHMNL|
PNG|PGLAE|
POL|PLGDN|
PRK|KPNAM|
PRT|PTSIE|
PRY|ARBUE|via Argentina
QAT|QARLF|
ROU|ROCND|
RUS|RUVVO|Pacific coast; Novorossiysk and Ust-Luga serve the Black Sea and the Baltic
RWA|TZDAR|via Tanzania
SAU|SARTA|Gulf coast, where the oil is loaded; the Red Sea ports Jeddah and Yanbu lie outside the Gulf
SDN|SDPZU|
SEN|SNDKR|
SGP|SGSIN|
SLB|SBHIR|
SLE|SLFNA|
SOM|SOMGQ|
SRB|MEBAR|via Montenegro
SUR|SRPBM|
SVK|SIKOP|via Slovenia
SVN|SIKOP|
SWE|SEGOT|
SWZ|MZMPM|via Mozambique
SYR|SYLTK|
TCD|CMDLA|via Cameroon
TGO|TGLFW|
THA|THLCH|
TJK|IRBND|via Iran
TKM|IRBND|via Iran: the Caspian is closed to the sea
TTO|TTPTS|
TUN|TNTUN|
TUR|TRIST|
TWN|TWKHH|
TZA|TZDAR|
UGA|KEMBA|via Kenya
UKR|UAODS|
URY|UYMVD|
USA|USLAX|Pacific coast; Gulf of Mexico ports load most oil and gas
UZB|IRBND|via Iran
VEN|VELAG|
VNM|VNSGN|
XAF|NGLOS|stands for the group: Lagos
XAM|PECLL|stands for the group: Callao
XAS|HKHKG|stands for the group: Hong Kong
XEU|BEANR|stands for the group: Antwerp
YEM|YEADE|
ZAF|ZADUR|
ZMB|TZDAR|via Tanzania
ZWE|MZBEW|via Mozambique
"""


def chosen_ports() -> list[tuple[str, str, str]]:
    """(iso3, UN/LOCODE or ``-name;lon;lat``, note), in order of iso3."""
    return [(a, b, c) for a, b, c in (line.split("|") for line in CHOSEN.strip().splitlines())]
