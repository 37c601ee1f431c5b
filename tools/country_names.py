"""Japanese names of countries and areas, as usual in Japanese government texts (short form)."""

from __future__ import annotations

_NAMES = """
ABW アルバ|AFG アフガニスタン|AGO アンゴラ|AIA アンギラ|ALB アルバニア|AND アンドラ|ANT オランダ領アンティル(旧)
ARE アラブ首長国連邦|ARG アルゼンチン|ARM アルメニア|ASM 米領サモア|ATF 仏領南方・南極地域|ATG アンティグア・バーブーダ
AUS オーストラリア|AUT オーストリア|AZE アゼルバイジャン|BDI ブルンジ|BEL ベルギー|BEN ベナン|BES ボネール
BFA ブルキナファソ|BGD バングラデシュ|BGR ブルガリア|BHR バーレーン|BHS バハマ|BIH ボスニア・ヘルツェゴビナ
BLM サン・バルテルミー|BLR ベラルーシ|BLZ ベリーズ|BMU バミューダ|BOL ボリビア|BRA ブラジル|BRB バルバドス
BRN ブルネイ|BTN ブータン|BWA ボツワナ|CAF 中央アフリカ|CAN カナダ|CCK ココス(キーリング)諸島|CHE スイス
CHL チリ|CHN 中国|CIV コートジボワール|CMR カメルーン|COD コンゴ民主共和国|COG コンゴ共和国|COK クック諸島
COL コロンビア|COM コモロ|CPV カーボベルデ|CRI コスタリカ|CSK チェコスロバキア(旧)|CUB キューバ|CUW キュラソー
CXR クリスマス島|CYM ケイマン諸島|CYP キプロス|CZE チェコ|DDR ドイツ民主共和国(旧)|DEU ドイツ|DJI ジブチ|DMA ドミニカ国
DNK デンマーク|DOM ドミニカ共和国|DZA アルジェリア|ECU エクアドル|EGY エジプト|ERI エリトリア|ESP スペイン
EST エストニア|ETH エチオピア|FIN フィンランド|FJI フィジー|FLK フォークランド(マルビナス)諸島|FRA フランス
FSM ミクロネシア連邦|GAB ガボン|GBR 英国|GEO ジョージア|GHA ガーナ|GIB ジブラルタル|GIN ギニア|GMB ガンビア
GNB ギニアビサウ|GNQ 赤道ギニア|GRC ギリシャ|GRD グレナダ|GRL グリーンランド|GTM グアテマラ|GUF 仏領ギアナ|GUM グアム
GUY ガイアナ|HKG 香港|HND ホンジュラス|HRV クロアチア|HTI ハイチ|HUN ハンガリー|IDN インドネシア|IND インド
IOT 英領インド洋地域|IRL アイルランド|IRN イラン|IRQ イラク|ISL アイスランド|ISR イスラエル|ITA イタリア|JAM ジャマイカ
JEY ジャージー|JOR ヨルダン|JPN 日本|KAZ カザフスタン|KEN ケニア|KGZ キルギス|KHM カンボジア|KIR キリバス
KNA セントクリストファー・ネービス|KOR 韓国|KWT クウェート|LAO ラオス|LBN レバノン|LBR リベリア|LBY リビア
LCA セントルシア|LIE リヒテンシュタイン|LKA スリランカ|LSO レソト|LTU リトアニア|LUX ルクセンブルク|LVA ラトビア
MAC マカオ|MAR モロッコ|MCO モナコ|MDA モルドバ|MDG マダガスカル|MDV モルディブ|MEX メキシコ|MHL マーシャル諸島
MKD 北マケドニア|MLI マリ|MLT マルタ|MMR ミャンマー|MNE モンテネグロ|MNG モンゴル|MNP 北マリアナ諸島|MOZ モザンビーク
MRT モーリタニア|MSR モントセラト|MTQ マルティニーク|MUS モーリシャス|MWI マラウイ|MYS マレーシア|MYT マヨット
NAM ナミビア|NCL ニューカレドニア|NER ニジェール|NFK ノーフォーク島|NGA ナイジェリア|NIC ニカラグア|NIU ニウエ
NLD オランダ|NOR ノルウェー|NPL ネパール|NRU ナウル|NZL ニュージーランド|OMN オマーン|PAK パキスタン|PAN パナマ
PCN ピトケアン諸島|PER ペルー|PHL フィリピン|PLW パラオ|PNG パプアニューギニア|POL ポーランド|PRI プエルトリコ
PRK 北朝鮮
PRT ポルトガル|PRY パラグアイ|PSE パレスチナ|PUS 米領太平洋諸島|PYF 仏領ポリネシア|QAT カタール
R20 その他の欧州(EFTA)|REU レユニオン|ROU ルーマニア|RUS ロシア|RWA ルワンダ|SAU サウジアラビア
SCG セルビア・モンテネグロ(旧)|SDN スーダン|SEN セネガル|SGP シンガポール|SHN セントヘレナ|SLB ソロモン諸島
SLE シエラレオネ|SLV エルサルバドル|SMR サンマリノ|SOM ソマリア|SPM サンピエール島・ミクロン島|SRB セルビア
SSD 南スーダン|STP サントメ・プリンシペ|SUN ソビエト連邦(旧)|SUR スリナム|SVK スロバキア|SVN スロベニア|SWE スウェーデン
SWZ エスワティニ|SXM シント・マールテン|SYC セーシェル|SYR シリア|TCA タークス・カイコス諸島|TCD チャド|TGO トーゴ
THA タイ|TJK タジキスタン|TKL トケラウ|TKM トルクメニスタン|TLS 東ティモール|TON トンガ|TTO トリニダード・トバゴ
TUN チュニジア|TUR トルコ|TUV ツバル|TWN 台湾|TZA タンザニア|UGA ウガンダ|UKR ウクライナ|URY ウルグアイ|USA 米国
UZB ウズベキスタン|VCT セントビンセント|VEN ベネズエラ|VGB 英領バージン諸島|VNM ベトナム|VUT バヌアツ
WLF ウォリス・フツナ|WSM サモア|XKX コソボ|YEM イエメン|ZA1 南部アフリカ関税同盟(旧)|ZAF 南アフリカ
ZMB ザンビア|ZWE ジンバブエ
XEU その他の欧州|XAS その他のアジア・大洋州|XAM その他の米州|XAF その他の中東・アフリカ
"""

NAMES_JA = {w[:3]: w[4:] for line in _NAMES.strip().splitlines() for w in line.split("|")}

NOT_IN_BACI = {
    "GUF": "French Guiana",
    "JEY": "Jersey",
    "LIE": "Liechtenstein",
    "MCO": "Monaco",
    "MTQ": "Martinique",
    "PRI": "Puerto Rico",
    "REU": "Réunion",
    "XKX": "Kosovo",
    "XEU": "Other Europe",
    "XAS": "Other Asia and Oceania",
    "XAM": "Other Americas",
    "XAF": "Other Middle East and Africa",
}
"""Areas that other sources name, and the four groups of the reduced input-output table."""

NAMES_EN = {
    "TWN": "Taiwan",
    "KOR": "Korea",
    "PRK": "North Korea",
    "COD": "DR Congo",
    "COG": "Congo",
    "RUS": "Russia",
    "TZA": "Tanzania",
    "BOL": "Bolivia",
    "LAO": "Laos",
    "USA": "United States",
    "HKG": "Hong Kong",
    "MAC": "Macao",
    "VNM": "Viet Nam",
    "MDA": "Moldova",
    "BIH": "Bosnia and Herzegovina",
    "CAF": "Central African Republic",
    "BRN": "Brunei",
    "SLB": "Solomon Islands",
    "BES": "Bonaire",
    "FSM": "Micronesia",
    "PUS": "US Pacific islands",
    "R20": "Other Europe (EFTA)",
}
"""English names in plain form where BACI's is an abbreviation or an inversion."""
