"""Invented people: given and family names from many languages, put together by chance."""

from random import Random

_GIVEN = """
Aaliyah Adaeze Aiko Alejandra Aleksander Amara Amelie Amina Anders Anika Anjali Antonio Arash Arjun Astrid Ayesha
Beatriz Benedikt Bilal Bohdan Caoimhe Carlos Chiara Chidi Cho-hee Clara Daniyar Dariusz Deepa Demir Diego Dilnoza
Dong-hyun Eero Efua Eilidh Elena Elif Emeka Emre Eszter Farah Fatou Femi Finn Freya Gabriela Gareth Giulia Grace
Gulnara Hamza Hana Hao Harriet Hassan Hiroshi Ibrahim Ida Ifeoma Ilse Imani Ines Ingrid Ioana Isabel Ivan Jakub
Jasmine Javier Jelena Jiwoo Joana Jonas Kaito Kamala Karim Katarzyna Kavya Keiko Kerem Kofi Kwame Lamar Lars Latifa
Laila Leila Leon Liam Ling Linnea Lucia Luka Maja Malik Manon Marek Maria Mateo Mei Mehmet Milan Mira Mohammed Mpho
Nadia Naledi Naoko Nasrin Nia Nikhil Nils Noor Nuria Obinna Olga Olivia Omar Oskar Owen Paolo Parisa Pedro Petra Pooja
Priya Quynh Rafael Rania Ravi Renata Rhys Rina Rohan Rosa Ruth Sadia Sakura Salma Samir Sanna Santiago Sara Sefa Selam
Sienna Simone Siobhan Sofia Soren Stefan Suleiman Sunita Tadeo Talia Tamar Tariq Tatiana Thabo Thandiwe Theo Thuy
Tiago Tomas Tunde Uma Valeria Vikram Viktor Wanjiru Wei Xin Yara Yasmin Yosef Yuki Yusuf Zainab Zanele Zara Zeynep
Zofia
"""
_FAMILY = """
Abara Achterberg Adeyemi Ahmadi Akhtar Alvarenga Andersson Aoki Appiah Arslan Asante Bakker Balogun Baptiste Barzani
Baumann Begum Bennett Bianchi Bielak Boateng Borges Bouchard Brandt Brannigan Cabral Calloway Castellano Chaudhry Chen
Choi Ciobanu Cohen Contreras Corrigan Dahl Danjuma Das Delacroix Demirci Desai Diallo Dimitrov Dlamini Dogan Doyle
Dubois Ebersole Eklund Eriksen Estrada Fairweather Farouk Fernando Ferreira Fiala Fischer Fofana Fontaine Fraser
Fujita Gallagher Garrido Gebre Georgiou Ghosh Goldstein Greenhalgh Grigoryan Gupta Haddad Halloran Hansen Haruna
Hashimoto Hendriks Herrera Holm Horvat Hossain Hughes Ibarra Iqbal Ishikawa Iyer Jankowski Jansen Jovanovic Kamau
Kapoor Karlsson Kaya Keita Khalil Kimura Kovacs Kowalczyk Kruger Lambert Lindqvist Lombardi Maalouf Mahlangu Makinen
Malhotra Marchetti Markovic Mbeki Mehta Mendonca Mensah Molina Moreau Morales Mokoena Mutasa Nakamura Nasser Ndiaye
Nguyen Nkosi Novak Nwosu Obi Ochieng Okafor Oliveira Olsen Onyango Ortega Osei Ozturk Pacheco Papadakis Park Patel
Pereira Petrov Pham Popescu Quispe Rahman Raman Reyes Ribeiro Rossi Rosenthal Saito Salazar Sandoval Sato Schreiber
Sesay Shah Sharma Silva Singh Sithole Sokolov Soto Stavrou Suzuki Szabo Tanaka Tesfaye Thorne Toure Tran Traore
Vasquez Vega Verhoeven Vidal Virtanen Walsh Wanyama Weber Whitlock Wong Yamada Yilmaz Yoon Zhang Zielinski Zulu
"""


def compose_names(rng: Random, number: int) -> list[tuple[str, str]]:
    """`number` different (given name, family name) pairs, the same for the same state of `rng`."""
    given, family = _GIVEN.split(), _FAMILY.split()
    names: dict[tuple[str, str], None] = {}
    while len(names) < number:
        names[rng.choice(given), rng.choice(family)] = None
    return list(names)
